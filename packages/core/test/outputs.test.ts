import { describe, expect, onTestFinished, test } from 'vitest'
import { MemoryStorage } from '../src/memory-storage.js'
import { RunOutputs } from '../src/outputs.js'
import { deferred, keysOf } from './lab.js'

const bytes = new TextEncoder().encode('x')

function made(signal = new AbortController().signal, storage = new MemoryStorage()) {
  const provenance = { key: 'key', operation: { id: '@test/op', name: 'Test', revision: 1 }, services: {}, inputs: {} }
  return { storage, outputs: new RunOutputs(storage, 'key', 3, signal, provenance) }
}

describe('put', () => {
  test.each([
    ['.fits', undefined, 'key/3/key.fits', 'fits'],
    ['-large.jpg', 0, 'key/3/key-1-large.jpg', 'large'],
    ['.fits.fz', 11, 'key/3/key-12.fits.fz', 'fits'],
  ])('%s of output %s is %s', async (suffix, index, key, role) => {
    const { outputs, storage } = made()
    expect(await outputs.put(suffix, bytes, index === undefined ? {} : { index })).toEqual({ key, role, size: 1 })
    expect(await keysOf(storage)).toEqual([key])
  })

  test.each(['', 'fits', '.', '..', '/../x.fits', '-Large.jpg', '.fits/', '-a-b.jpg', '.f its'])(
    'the suffix %j is refused',
    async (suffix) => {
      await expect(made().outputs.put(suffix, bytes)).rejects.toThrow(TypeError)
    },
  )

  test.each([-1, 1.5, Number.NaN])('the index %s is refused', async (index) => {
    await expect(made().outputs.put('.fits', bytes, { index })).rejects.toThrow(TypeError)
  })

  test('a name is for one object, even before that is written', async () => {
    const { outputs } = made()
    const first = outputs.put('.fits', bytes)
    await expect(outputs.put('.fits', bytes)).rejects.toThrow('has written')
    await first
    await expect(outputs.put('.fits', bytes)).rejects.toThrow('has written')
  })

  test('many at once are no leak to be warned of', async () => {
    const { outputs } = made()
    const warnings: Error[] = []
    const warn = (warning: Error) => void warnings.push(warning)
    process.on('warning', warn)
    onTestFinished(() => void process.off('warning', warn))
    const gate = deferred<void>()
    async function* body() {
      await gate.promise
      yield bytes
    }
    const puts = Array.from({ length: 30 }, (_, index) => outputs.put('.fits', body(), { index }))
    // What is warned of is told in the next turn.
    await new Promise(setImmediate)
    gate.resolve()
    expect(await Promise.all(puts)).toHaveLength(30)
    expect(warnings).toEqual([])
  })

  test('one that failed may be put again', async () => {
    const { outputs, storage } = made()
    const put = storage.put.bind(storage)
    storage.put = async () => {
      throw new Error('down')
    }
    await expect(outputs.put('.fits', bytes)).rejects.toThrow('down')
    storage.put = put
    await outputs.put('.fits', bytes)
  })

  test('is refused once the run is to end', async () => {
    const { outputs, storage } = made(AbortSignal.abort())
    await expect(outputs.put('.fits', bytes)).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
    expect(await keysOf(storage)).toEqual([])
  })
})

test('close ends what is being written, waits for it, and refuses more', async () => {
  const { outputs, storage } = made()
  const begun = deferred()
  const gate = deferred()
  async function* body() {
    begun.resolve()
    await gate.promise
    yield bytes
  }
  const put = outputs.put('.fits', body())
  const failure = put.catch((error: unknown) => error)
  await begun.promise
  const closed = outputs.close()
  gate.resolve()
  await closed
  expect(await failure).toMatchObject({ code: 'DATALAB_ABORTED' })
  await expect(outputs.put('.txt', bytes)).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
  expect(await keysOf(storage)).toEqual([])
})

describe('file', () => {
  test('names its objects by role, and the input without what a front end added', async () => {
    const { outputs } = made()
    const objects = [
      await outputs.put('.fits', bytes, { index: 1 }),
      await outputs.put('-large.jpg', bytes, { index: 1 }),
    ]
    const input = { source: 'archive', basename: 'a', url: 'secret' }
    expect(outputs.file({ type: 'fits', objects, index: 1, input })).toEqual({
      basename: 'key-2',
      source: 'datalab',
      type: 'fits',
      objects: { fits: 'key/3/key-2.fits', large: 'key/3/key-2-large.jpg' },
      sizes: { fits: bytes.length, large: bytes.length },
      input: { source: 'archive', basename: 'a' },
    })
  })

  test('names the root folder of the input, where it has one', async () => {
    const { outputs } = made()
    const objects = [await outputs.put('.fits', bytes)]
    const input = { source: 'local', root: 'data', basename: 'a', url: 'secret' }
    const file = outputs.file({ type: 'fits', objects, input })
    expect(file.input).toEqual({ source: 'local', root: 'data', basename: 'a' })
  })

  test('refuses objects that this run has not written', () => {
    const { outputs } = made()
    const objects = [{ role: 'fits', key: 'other/1/other.fits', size: 1 }]
    expect(() => outputs.file({ type: 'fits', objects })).toThrow("'other/1/other.fits' was not written by this run")
  })
})

describe('stored', () => {
  test('a list is of output files', async () => {
    const { outputs } = made()
    const file = outputs.file({ type: 'fits', objects: [await outputs.put('.fits', bytes)] })
    expect(outputs.stored([file])).toEqual({ output_files: [file] })
    expect(outputs.stored({ output_files: [file], output_data: [{ a: 1 }] })).toEqual({
      output_files: [file],
      output_data: [{ a: 1 }],
    })
  })

  test('nothing is an empty output', () => {
    expect(made().outputs.stored(undefined)).toEqual({})
    expect(made().outputs.stored(null as never)).toEqual({})
    expect(made().outputs.stored({})).toEqual({})
  })

  test('NaN and the infinities become null, members that are undefined go', () => {
    const data = { a: Number.NaN, b: [Number.POSITIVE_INFINITY], c: undefined, d: new Date(0), e: -0 }
    expect(made().outputs.stored({ output_data: [data] })).toStrictEqual({
      output_data: [{ a: null, b: [null], d: '1970-01-01T00:00:00.000Z', e: 0 }],
    })
  })

  const cycle: Record<string, unknown> = {}
  cycle.self = cycle
  test.each<[string, unknown]>([
    ['a file that this run did not make', [{ basename: 'key', source: 'datalab', type: 'fits', objects: {} }]],
    ['a single file', { basename: 'key', source: 'datalab', type: 'fits', objects: {} }],
    ['null among files', [null]],
    ['a promise among files', [Promise.resolve()]],
    ['a number', 5],
    ['a text', 'done'],
    ['files that are no list', { output_files: {} }],
    ['data that are no list', { output_data: { a: 1 } }],
    ['bigint', { output_data: [{ a: 1n }] }],
    ['a cycle', { output_data: [cycle] }],
    ['a text among data', { output_data: ['x'] }],
    ['a function among data', { output_data: [() => 1] }],
  ])('%s is refused', (_, result) => {
    expect(() => made().outputs.stored(result as never)).toThrow(
      expect.objectContaining({ code: 'DATALAB_OUTPUT_INVALID' }),
    )
  })
})
