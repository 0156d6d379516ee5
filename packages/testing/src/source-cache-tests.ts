import assert from 'node:assert/strict'
import type { SourceFile, SourceReservation } from '@datalab/core'
import type { ContractTest } from './conformance.js'
import { within } from './expectations.js'
import type { SourceUnderTest } from './test-source.js'

/** How soon a cache has room that nobody else wants, or gives up. */
const ROOM_MS = 10_000

/** The contract of the cache that a source names. */
export const cacheTests: readonly ContractTest<SourceUnderTest>[] = [
  {
    name: 'its cache has a name, always the same',
    async run({ source }) {
      if (source.cache === undefined) return
      const { id } = source.cache
      assert.equal(typeof id, 'string')
      assert.notEqual(id, '')
      assert.equal(source.cache.id, id)
    },
  },
  {
    name: 'its cache makes room for files, which can be opened then',
    async run(subject) {
      const reservation = await reserve(subject, await wanted(subject, 'a.bin', 'empty.bin', 'folder/b.bin', 'a.bin'))
      for (const [name, size] of Object.entries({ 'a.bin': 10, 'empty.bin': 0, 'folder/b.bin': 5 })) {
        const opened = await subject.source.open(subject.reference(name), subject.context)
        assert.equal(opened.size, size, name)
        await opened.close()
      }
      await reservation?.release()
    },
  },
  {
    name: 'two can have room for one file, and give it back twice',
    async run(subject) {
      const files = await wanted(subject, 'a.bin')
      const reservations = [await reserve(subject, files), await reserve(subject, files)]
      for (const reservation of [...reservations, ...reservations]) await reservation?.release()
      await (await reserve(subject, files))?.release()
    },
  },
  {
    name: 'no room is wanted for a file that is not there',
    async run(subject) {
      const [file] = await wanted(subject, 'a.bin')
      const none = { ...(file as SourceFile), reference: subject.reference('none.bin') }
      await (await reserve(subject, [none, file as SourceFile]))?.release()
    },
  },
  {
    name: 'no room is waited for where the signal is aborted before',
    async run(subject) {
      const files = await wanted(subject, 'a.bin')
      await subject.stall?.()
      await reserve(subject, files, AbortSignal.abort()).then(
        (reservation) => reservation?.release(),
        (error) => assert.equal(error.name, 'AbortError', String(error)),
      )
    },
  },
  {
    name: 'room is not waited for any more when the signal is aborted',
    async run(subject) {
      const files = await wanted(subject, 'a.bin')
      await subject.stall?.()
      const abort = new AbortController()
      setImmediate(() => abort.abort())
      const reserving = reserve(subject, files, abort.signal)
      await reserving.then(
        (reservation) => reservation?.release(),
        (error) => assert.equal(error.name, 'AbortError', String(error)),
      )
    },
  },
]

function wanted({ source, context, reference }: SourceUnderTest, ...names: string[]): Promise<SourceFile[]> {
  const files = names.map(async (name) => {
    const identity = await source.identify(reference(name), context)
    return { source, reference: reference(name), identity, label: `Files, ${name}` }
  })
  return Promise.all(files)
}

/** Room in the cache, where there is one. */
async function reserve(
  { source, context }: SourceUnderTest,
  files: readonly SourceFile[],
  signal?: AbortSignal,
): Promise<SourceReservation | undefined> {
  const reserving = source.cache?.reserve(files, signal === undefined ? context : { ...context, signal })
  return reserving && within(ROOM_MS, reserving, 'it waits for room that nobody has')
}
