import assert from 'node:assert/strict'
import type { ObjectStorage, PutOptions } from '@datalab/core'
import { hasCode } from './expectations.js'
import { bytes, type StorageTest, textOf, unlessChanged } from './storage-suite.js'

/** The contract of conditional puts. */
export const conditionTests: readonly StorageTest[] = [
  {
    name: 'ifNoneMatch puts an object that is not there, and no other',
    async run(storage, leftovers) {
      await storage.put('once', bytes('first'), { ifNoneMatch: '*' })
      await assert.rejects(
        storage.put('once', bytes('second'), { ifNoneMatch: '*' }),
        hasCode('STORAGE_PRECONDITION_FAILED'),
      )
      assert.equal(await textOf(storage, 'once'), 'first')
      assert.deepEqual(await leftovers(), [])
      await storage.delete('once')
      await storage.put('once', bytes('third'), { ifNoneMatch: '*' })
      assert.equal(await textOf(storage, 'once'), 'third')
    },
  },
  {
    name: 'ifNoneMatch fails for an object that was replaced',
    async run(storage) {
      for (const text of ['1', '2', '3']) await storage.put('a', bytes(text))
      await assert.rejects(storage.put('a', bytes('4'), { ifNoneMatch: '*' }), hasCode('STORAGE_PRECONDITION_FAILED'))
      assert.equal(await textOf(storage, 'a'), '3')
    },
  },
  {
    name: 'one of twenty ifNoneMatch at the same time wins',
    async run(storage, leftovers) {
      const won = await winners(storage, 'race', 20, { ifNoneMatch: '*' })
      assert.equal(won.length, 1)
      assert.equal(await textOf(storage, 'race'), won[0])
      assert.deepEqual(await leftovers(), [])
    },
  },
  {
    name: 'checks the condition when the body has come, too',
    async run(storage) {
      async function* body() {
        yield bytes('late')
        await storage.put('a', bytes('early'))
      }
      await assert.rejects(storage.put('a', body(), { ifNoneMatch: '*' }), hasCode('STORAGE_PRECONDITION_FAILED'))
      assert.equal(await textOf(storage, 'a'), 'early')
    },
  },
  {
    name: 'ifMatch replaces the version it names, and no other',
    async run(storage) {
      await assert.rejects(storage.put('a', bytes('0'), { ifMatch: 'none' }), hasCode('STORAGE_PRECONDITION_FAILED'))
      const first = await storage.put('a', bytes('1'))
      const second = await storage.put('a', bytes('2'), { ifMatch: first.etag })
      await assert.rejects(
        storage.put('a', bytes('3'), { ifMatch: first.etag }),
        hasCode('STORAGE_PRECONDITION_FAILED'),
      )
      assert.equal((await storage.head('a'))?.etag, second.etag)
      await storage.delete('a')
      await assert.rejects(
        storage.put('a', bytes('4'), { ifMatch: second.etag }),
        hasCode('STORAGE_PRECONDITION_FAILED'),
      )
      assert.equal(await storage.head('a'), undefined)
    },
  },
  {
    name: 'ifMatch takes the identity of an open object, which is the etag of its version',
    async run(storage) {
      const { etag } = await storage.put('a', bytes('1'))
      const source = await storage.open('a')
      await source?.close()
      assert.equal(source?.identity, etag)
      await storage.put('a', bytes('2'), { ifMatch: source.identity })
      assert.equal(await textOf(storage, 'a'), '2')
    },
  },
  {
    name: 'one of twenty ifMatch at the same time wins',
    async run(storage) {
      const { etag } = await storage.put('race', bytes('start'))
      const won = await winners(storage, 'race', 20, { ifMatch: etag })
      assert.equal(won.length, 1)
      assert.equal(await textOf(storage, 'race'), won[0])
    },
  },
  {
    name: 'ifMatch of the version before fails while replacements go on',
    async run(storage) {
      const first = await storage.put('a', bytes('same size'))
      async function* body() {
        yield bytes('late size')
        await storage.put('a', bytes('2nd  size'))
        await storage.put('a', bytes('3rd  size'))
      }
      await assert.rejects(storage.put('a', body(), { ifMatch: first.etag }), hasCode('STORAGE_PRECONDITION_FAILED'))
      assert.equal(await textOf(storage, 'a'), '3rd  size')
    },
  },
  {
    name: 'loses no increment of concurrent compare-and-swap loops',
    async run(storage) {
      await storage.put('counter', bytes('0'))
      const increment = async () => {
        for (let done = 0; done < 10; done++) await swapped(storage, 'counter')
      }
      await Promise.all([increment(), increment(), increment(), increment()])
      assert.equal(await textOf(storage, 'counter'), '40')
    },
  },
]

/** More than others' swaps can be in the way of. */
const MAX_TRIES = 1000

/** Adds 1 to a number, however often others come first. */
async function swapped(storage: ObjectStorage, key: string): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries++) if (await swap(storage, key)) return
  const identity = (await storage.open(key))?.identity
  const etag = (await storage.head(key))?.etag
  assert.equal(identity, etag, 'The identity of an open object is not the etag of its version.')
  assert.fail(`An object was not replaced in ${MAX_TRIES} tries with ifMatch of the version that was read.`)
}

async function swap(storage: ObjectStorage, key: string): Promise<boolean> {
  const source = await storage.open(key)
  assert.ok(source)
  const all = new Uint8Array(source.size)
  const read = await unlessChanged(storage, source.read(0, all))
  await source.close()
  if (read === undefined) return false
  const next = bytes(`${Number(new TextDecoder().decode(all)) + 1}`)
  return (await failureOf(storage.put(key, next, { ifMatch: source.identity }))) === undefined
}

async function winners(storage: ObjectStorage, key: string, count: number, options: PutOptions): Promise<string[]> {
  const texts = Array.from({ length: count }, (_, i) => `writer ${i}`)
  const failures = await Promise.all(texts.map((text) => failureOf(storage.put(key, bytes(text), options))))
  return texts.filter((_, i) => failures[i] === undefined)
}

/** That the condition did not hold; any other failure is thrown. */
async function failureOf(put: Promise<unknown>): Promise<unknown> {
  try {
    await put
    return undefined
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'STORAGE_PRECONDITION_FAILED') throw error
    return error
  }
}
