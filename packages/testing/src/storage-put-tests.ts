import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import type { ObjectBody, ObjectStorage } from '@datalab/core'
import { bytes, keysOf, type StorageTest, textOf, unlessChanged } from './storage-suite.js'

/** The contract of `put`, without conditions. */
export const putTests: readonly StorageTest[] = [
  {
    name: 'keeps an object as it was put',
    async run(storage) {
      const info = await storage.put('a/b.txt', bytes('hello'))
      assert.equal(info.key, 'a/b.txt')
      assert.equal(info.size, 5)
      assert.ok(info.modified instanceof Date && Math.abs(Date.now() - info.modified.getTime()) < 3600_000)
      assert.deepEqual(await storage.head('a/b.txt'), info)
      assert.equal(await textOf(storage, 'a/b.txt'), 'hello')
    },
  },
  {
    name: 'takes bodies of every kind',
    async run(storage) {
      const parts = [bytes('one '), bytes(''), bytes('two')]
      const bodies: Record<string, ObjectBody> = {
        array: bytes('one two'),
        buffer: Buffer.from('one two'),
        view: new Uint8Array(bytes('..one two..').buffer, 2, 7),
        list: parts,
        set: new Set(parts),
        generator: syncPieces(parts),
        async: asyncPieces(parts),
        readable: Readable.from(parts),
        empty: new Uint8Array(),
        nothing: [],
      }
      for (const [kind, body] of Object.entries(bodies)) {
        const text = kind === 'empty' || kind === 'nothing' ? '' : 'one two'
        assert.equal((await storage.put(`kind/${kind}`, body)).size, text.length, kind)
        assert.equal(await textOf(storage, `kind/${kind}`), text, kind)
      }
    },
  },
  {
    name: 'has used up a piece when it asks for the next one',
    async run(storage) {
      for (const buffer of [new Uint8Array(100_000), Buffer.alloc(100_000)]) await keepsReused(storage, buffer)
    },
  },
  {
    name: 'keeps its own bytes when the caller changes them afterwards',
    async run(storage) {
      for (const body of [bytes('before'), Buffer.from('before')]) {
        await storage.put('own', body)
        body.fill(0)
        assert.equal(await textOf(storage, 'own'), 'before')
      }
    },
  },
  {
    name: 'refuses pieces that are no bytes',
    async run(storage) {
      await assert.rejects(storage.put('text', ['text'] as unknown as ObjectBody), TypeError)
      assert.equal(await storage.head('text'), undefined)
    },
  },
  {
    name: 'gives each version its own etag',
    async run(storage) {
      const etags = new Set<string>()
      for (let i = 0; i < 10; i++) etags.add((await storage.put('same', bytes(`size ${i}`))).etag)
      assert.equal(etags.size, 10)
    },
  },
  {
    name: 'leaves nothing of a body that fails midway',
    async run(storage, leftovers) {
      const failure = Object.assign(new Error('the body failed'), { code: 'EACCES', syscall: 'read' })
      await assert.rejects(storage.put('a/new', failing(failure)), (error) => error === failure)
      assert.equal(await storage.head('a/new'), undefined)
      await storage.put('a/old', bytes('old'))
      await assert.rejects(storage.put('a/old', failing(failure)), (error) => error === failure)
      assert.equal(await textOf(storage, 'a/old'), 'old')
      assert.deepEqual(await keysOf(storage, ''), ['a/old'])
      assert.deepEqual(await leftovers(), [])
    },
  },
  {
    name: 'leaves nothing when the signal is aborted before',
    async run(storage, leftovers) {
      await assert.rejects(storage.put('a', bytes('a'), { signal: AbortSignal.abort() }), isAbort)
      assert.equal(await storage.head('a'), undefined)
      assert.deepEqual(await leftovers(), [])
    },
  },
  {
    name: 'leaves nothing when the signal is aborted midway, and ends the body',
    async run(storage, leftovers) {
      const abort = new AbortController()
      let isEnded = false
      async function* body() {
        try {
          yield bytes('half')
          abort.abort()
          yield bytes('whole')
        } finally {
          isEnded = true
        }
      }
      await assert.rejects(storage.put('a', body(), { signal: abort.signal }), isAbort)
      assert.ok(isEnded, 'the body was not ended')
      assert.equal(await storage.head('a'), undefined)
      assert.deepEqual(await leftovers(), [])
    },
  },
  {
    name: 'stops at once when the signal is aborted while the body waits',
    async run(storage, leftovers) {
      const abort = new AbortController()
      async function* body() {
        yield bytes('half')
        setImmediate(() => abort.abort())
        await new Promise(() => {})
      }
      await assert.rejects(storage.put('a', body(), { signal: abort.signal }), isAbort)
      assert.equal(await storage.head('a'), undefined)
      assert.deepEqual(await leftovers(), [])
    },
  },
  {
    name: 'ends the body of a put that fails',
    async run(storage) {
      let isEnded = false
      function* body() {
        try {
          yield 'no bytes' as unknown as Uint8Array
        } finally {
          isEnded = true
        }
      }
      await assert.rejects(storage.put('a', body()))
      assert.ok(isEnded)
    },
  },
  {
    name: 'shows readers whole versions only, and always one, while it is replaced',
    async run(storage) {
      const size = 200_000
      await storage.put('busy', new Uint8Array(size))
      let isOver = false
      const read = async () => {
        while (!isOver) {
          const source = await storage.open('busy')
          assert.ok(source, 'the object was away')
          const all = new Uint8Array(source.size)
          const read = await unlessChanged(storage, source.read(0, all))
          assert.equal(read ?? size, size)
          assert.ok(read === undefined || all.every((value) => value === all[0]), 'two versions were mixed')
          await source.close()
          assert.ok(await storage.head('busy'), 'the object was away')
          // A storage in memory answers without ever letting the writer have its turn.
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
      const write = async () => {
        for (let i = 1; i <= 20; i++) await storage.put('busy', halves(size, i))
        isOver = true
      }
      await Promise.all([write(), read(), read(), read()]).finally(() => {
        isOver = true
      })
    },
  },
  {
    name: 'puts one version of those that are put at the same time',
    async run(storage, leftovers) {
      const puts = await Promise.all(Array.from({ length: 20 }, (_, i) => storage.put('race', bytes(`version ${i}`))))
      const last = await storage.head('race')
      const index = puts.findIndex(({ etag }) => etag === last?.etag)
      assert.equal(await textOf(storage, 'race'), `version ${index}`)
      assert.equal(new Set(puts.map(({ etag }) => etag)).size, 20)
      assert.deepEqual(await leftovers(), [])
    },
  },
  {
    name: 'tells the content type, by the extension where nobody says',
    async run(storage) {
      const types = {
        'a.fits': 'application/fits',
        'a.fits.fz': 'application/fits',
        'a.json': 'application/json',
        'a.jpg': 'image/jpeg',
        'a.png': 'image/png',
        'a.tif': 'image/tiff',
        'b.FITS': 'application/fits',
        a: 'application/octet-stream',
        json: 'application/octet-stream',
        'a.constructor': 'application/octet-stream',
        'x.json/y': 'application/octet-stream',
      }
      for (const [key, type] of Object.entries(types))
        assert.equal((await storage.put(key, bytes(''))).contentType, type, key)
      const given = await storage.put('given.json', bytes(''), { contentType: 'text/x-own' })
      assert.ok(['text/x-own', 'application/json'].includes(given.contentType), given.contentType)
      assert.equal((await storage.head('given.json'))?.contentType, given.contentType)
      assert.equal((await storage.list('given.json')).objects[0]?.contentType, given.contentType)
    },
  },
]

/** Puts three pieces that have their memory in common. */
async function keepsReused(storage: ObjectStorage, buffer: Uint8Array): Promise<void> {
  async function* pieces() {
    for (const value of [1, 2, 3]) yield buffer.fill(value)
    buffer.fill(9)
  }
  await storage.put('reused', pieces())
  const source = await storage.open('reused')
  const read = new Uint8Array(300_000)
  await source?.read(0, read)
  await source?.close()
  assert.deepEqual([read[0], read[99_999], read[100_000], read[200_000], read[299_999]], [1, 1, 2, 3, 3])
}

function isAbort(error: unknown): boolean {
  return (error as Error).name === 'AbortError' && (error as { code?: unknown }).code === 'DATALAB_ABORTED'
}

function* syncPieces(parts: readonly Uint8Array[]) {
  yield* parts
}

async function* asyncPieces(parts: readonly Uint8Array[]) {
  for (const part of parts) yield await Promise.resolve(part)
}

async function* failing(failure: Error) {
  yield bytes('half')
  await new Promise((resolve) => setImmediate(resolve))
  throw failure
}

async function* halves(size: number, value: number) {
  const half = new Uint8Array(size / 2).fill(value)
  yield half
  await new Promise((resolve) => setImmediate(resolve))
  yield half
}
