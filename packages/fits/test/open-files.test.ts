import { type ByteSource, DataLabError, type FileReference } from '@datalab/core'
import { expect, test } from 'vitest'
import { OpenFiles } from '../src/open-files.js'

/** Inputs that count what is open of them, and how often each was opened. */
class CountedInputs {
  count = 0
  most = 0
  readonly opened = new Map<string, number>()
  isGone = false
  /** Until when readings last. */
  reading = Promise.resolve()

  constructor(
    private readonly isFar = false,
    private readonly limit = Number.POSITIVE_INFINITY,
  ) {}

  async open({ basename }: FileReference): Promise<ByteSource> {
    if (this.isGone) throw new Error(`${basename} was changed`)
    if (this.count >= this.limit)
      throw new DataLabError('SOURCE_UNAVAILABLE', `${basename} cannot be read now`, { details: { errno: 'EMFILE' } })
    this.opened.set(basename, (this.opened.get(basename) ?? 0) + 1)
    this.count++
    this.most = Math.max(this.most, this.count)
    let isOpen = true
    return {
      ...{ size: 4, identity: basename, ...(this.isFar ? {} : { path: `/data/${basename}` }) },
      read: async (_, into) => {
        await this.reading
        if (!isOpen) throw new Error('read after it was closed')
        into.fill(basename.charCodeAt(0))
        return into.length
      },
      close: async () => {
        if (isOpen) this.count--
        isOpen = false
      },
    }
  }
}

const letters = [...'abcdefghij']
const file = (basename: string) => ({ source: 'local', basename })
const byteOf = async (source: ByteSource) => {
  const into = new Uint8Array(1)
  await source.read(0, into)
  return String.fromCharCode(into[0] as number)
}

test('no more than so many are open, whichever are read', async () => {
  const inputs = new CountedInputs()
  const files = new OpenFiles(inputs, 4)
  const sources: ByteSource[] = []
  for (const letter of letters) sources.push(await files.open(file(letter)))
  for (let round = 0; round < 3; round++)
    for (const [index, source] of sources.entries()) expect(await byteOf(source)).toBe(letters[index])
  // One is opened before another is closed.
  expect(inputs.most).toBeLessThanOrEqual(5)
  expect(inputs.opened.get('a')).toBeLessThan(4)
  for (const source of sources) await source.close()
  expect(inputs.count).toBe(0)
  await expect(byteOf(sources[0] as ByteSource)).rejects.toThrow('closed')
})

test('those that are being read stay open', async () => {
  const inputs = new CountedInputs()
  const files = new OpenFiles(inputs, 2)
  const sources = await Promise.all(letters.map((letter) => files.open(file(letter))))
  expect(await Promise.all(sources.map(byteOf))).toEqual(letters)
  await Promise.all(sources.map((source) => source.close()))
  expect(inputs.count).toBe(0)
})

test('a few are opened once', async () => {
  const inputs = new CountedInputs()
  const files = new OpenFiles(inputs, 4)
  const sources = await Promise.all(letters.slice(0, 4).map((letter) => files.open(file(letter))))
  for (let round = 0; round < 3; round++) for (const source of sources) await byteOf(source)
  expect([...inputs.opened.values()]).toEqual([1, 1, 1, 1])
})

test('what lies elsewhere stays open', async () => {
  const inputs = new CountedInputs(true)
  const files = new OpenFiles(inputs, 2)
  const sources = await Promise.all(letters.map((letter) => files.open(file(letter))))
  expect(await Promise.all(sources.map(byteOf))).toEqual(letters)
  expect(inputs.count).toBe(letters.length)
})

test('one that cannot be opened again says why, each time', async () => {
  const inputs = new CountedInputs()
  const files = new OpenFiles(inputs, 1)
  const [first] = [await files.open(file('a')), await files.open(file('b'))]
  inputs.isGone = true
  for (let round = 0; round < 2; round++) await expect(byteOf(first as ByteSource)).rejects.toThrow('a was changed')
  inputs.isGone = false
  expect(await byteOf(first as ByteSource)).toBe('a')
})

test.each([1, 2, 5, 9])('where the process may have no more than %i, fewer are open', async (limit) => {
  const inputs = new CountedInputs(false, limit)
  const files = new OpenFiles(inputs, 8)
  const read = async () => {
    const sources: ByteSource[] = []
    for (const letter of letters) sources.push(await files.open(file(letter)))
    for (let round = 0; round < 3; round++)
      for (const [index, source] of sources.entries()) expect(await byteOf(source)).toBe(letters[index])
    for (const source of sources) await source.close()
  }
  await read()
  expect(inputs.most).toBeLessThanOrEqual(limit)
})

test('those that are being read are not closed where the process may have no more', async () => {
  const inputs = new CountedInputs(false, 3)
  const files = new OpenFiles(inputs, 8)
  const sources: ByteSource[] = []
  for (const letter of ['a', 'b', 'c']) sources.push(await files.open(file(letter)))
  let end = () => {}
  inputs.reading = new Promise((resolve) => {
    end = resolve
  })
  const reading = Promise.all(sources.map(byteOf))
  await expect(files.open(file('d'))).rejects.toThrow('d cannot be read now')
  end()
  expect(await reading).toEqual(['a', 'b', 'c'])
  expect(await byteOf(await files.open(file('d')))).toBe('d')
})
