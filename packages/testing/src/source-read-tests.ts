import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { ByteSource } from '@datalab/core'
import type { ContractTest } from './conformance.js'
import { within } from './expectations.js'
import type { SourceUnderTest } from './test-source.js'

/** The contract of what `open` gives. */
export const readTests: readonly ContractTest<SourceUnderTest>[] = [
  {
    name: 'gives the bytes of the file that is meant, and their number',
    async run(subject) {
      for (const [name, text] of Object.entries({ 'a.bin': '0123456789', 'folder/b.bin': 'other', 'empty.bin': '' }))
        await opened(subject, name, async (file) => {
          assert.equal(file.size, text.length, name)
          assert.equal(await range(file, 0, file.size), text, name)
        })
    },
  },
  {
    name: 'reads byte ranges, and fewer bytes only at the end',
    run: (subject) =>
      opened(subject, 'a.bin', async (file) => {
        const ranges = [range(file, 0, 10), range(file, 3, 4), range(file, 8, 4), range(file, 10, 2), range(file, 5, 0)]
        assert.deepEqual(await Promise.all(ranges), ['0123456789', '3456', '89', '', ''])
        assert.equal(await range(file, 1000, 2), '')
      }),
  },
  {
    name: 'fills a part of a larger buffer, and nothing beside it',
    run: (subject) =>
      opened(subject, 'a.bin', async (file) => {
        const whole = new Uint8Array(6).fill(46)
        await file.read(2, whole.subarray(2, 4))
        assert.equal(new TextDecoder().decode(whole), '..23..')
      }),
  },
  {
    name: 'refuses offsets that are none',
    run: (subject) =>
      opened(subject, 'a.bin', async (file) => {
        for (const offset of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
          await assert.rejects(file.read(offset, new Uint8Array(1)), TypeError, `offset ${offset}`)
      }),
  },
  {
    name: 'reading fails after it is closed, and closing twice is harmless',
    run: (subject) =>
      opened(subject, 'a.bin', async (file) => {
        await file.close()
        await file.close()
        await assert.rejects(file.read(0, new Uint8Array(1)))
      }),
  },
  {
    name: 'each opening is its own',
    run: (subject) =>
      opened(subject, 'a.bin', (first) =>
        opened(subject, 'a.bin', async (second) => {
          await first.close()
          assert.equal(await range(second, 0, 10), '0123456789')
        }),
      ),
  },
  {
    name: 'a read without an answer ends when the signal that it was opened with is aborted',
    async run({ stall, ...subject }) {
      const abort = new AbortController()
      const context = { ...subject.context, signal: abort.signal }
      await opened({ ...subject, context }, 'a.bin', async (file) => {
        await stall?.()
        const reading = file.read(0, new Uint8Array(10))
        setImmediate(() => abort.abort())
        await within(1000, reading, 'the read went on for a second').then(
          (length) => assert.equal(length, 10),
          (error) => assert.equal(error.name, 'AbortError', String(error)),
        )
      })
    },
  },
  {
    name: 'a path, where there is one, holds exactly these bytes',
    run: (subject) =>
      opened(subject, 'a.bin', async (file) => {
        if (file.path !== undefined) assert.equal(await readFile(file.path, 'latin1'), '0123456789')
      }),
  },
  {
    name: 'an open file whose bytes change keeps its own, or fails as SOURCE_CHANGED',
    run: (subject) =>
      opened(subject, 'a.bin', async (file) => {
        assert.equal(await range(file, 0, 2), '01')
        await subject.change?.('a.bin', new TextEncoder().encode('9876543210'))
        const read = await range(file, 0, 10).catch((error) => error.code)
        assert.ok(read === '0123456789' || read === 'SOURCE_CHANGED', read)
      }),
  },
]

async function opened(
  { source, reference, context }: SourceUnderTest,
  name: string,
  use: (file: ByteSource) => Promise<void>,
): Promise<void> {
  const file = await source.open(reference(name), context)
  try {
    await use(file)
  } finally {
    await file.close()
  }
}

async function range(file: ByteSource, offset: number, length: number): Promise<string> {
  const into = new Uint8Array(length)
  return new TextDecoder().decode(into.subarray(0, await file.read(offset, into)))
}
