import assert from 'node:assert/strict'
import { hasCode } from './expectations.js'
import { bytes, keysOf, listAll, putAll, type StorageTest } from './storage-suite.js'

const MANY = Array.from({ length: 2500 }, (_, i) => `many/${i % 5}/object-${i}`)

const UNSORTED = 'a-b/x a.b a/b a/c/d a0 aB a_b ab B Z/z _ 0 00 1 10 2 a-b.x a/b.1 a/b-1/x a/b0'.split(' ')

/** The contract of `list`. */
export const listTests: readonly StorageTest[] = [
  {
    name: 'lists nothing where nothing is',
    async run(storage) {
      assert.deepEqual(await storage.list(''), { objects: [] })
      assert.deepEqual(await storage.list('a/'), { objects: [] })
    },
  },
  {
    name: 'says of objects what head says',
    async run(storage) {
      await storage.put('a/b.fits', bytes('b'))
      await storage.put('a/c', bytes('c'))
      await storage.put('a/c', bytes('c again'))
      const heads = [await storage.head('a/b.fits'), await storage.head('a/c')]
      assert.deepEqual(await listAll(storage, ''), heads)
    },
  },
  {
    name: 'takes the prefix as a plain text',
    async run(storage) {
      await putAll(storage, ['a/b/c', 'a/bc', 'a/d', 'ab', 'b'])
      assert.deepEqual(await keysOf(storage, 'a/b'), ['a/b/c', 'a/bc'])
      assert.deepEqual(await keysOf(storage, 'a/b/'), ['a/b/c'])
      assert.deepEqual(await keysOf(storage, 'a'), ['a/b/c', 'a/bc', 'a/d', 'ab'])
      assert.deepEqual(await keysOf(storage, 'a/b/c'), ['a/b/c'])
      assert.deepEqual(await keysOf(storage, 'a/b/cc'), [])
      assert.deepEqual(await keysOf(storage, 'c/'), [])
    },
  },
  {
    name: 'finds nothing by a prefix that no key has',
    async run(storage) {
      await storage.put('a/b', bytes('b'))
      for (const prefix of [
        '/',
        '..',
        '../',
        '../../',
        './',
        'a/../',
        'a//',
        '.tmp/',
        'a\\',
        'A/',
        'a/b/c/d/',
        '\0',
        '*',
      ])
        assert.deepEqual(await keysOf(storage, prefix), [], JSON.stringify(prefix))
    },
  },
  {
    name: 'sorts by code units',
    async run(storage) {
      const keys = UNSORTED
      await putAll(storage, keys)
      assert.deepEqual(await keysOf(storage, ''), [...keys].sort())
      assert.deepEqual(await keysOf(storage, '', 1), [...keys].sort())
      assert.deepEqual(
        await keysOf(storage, 'a', 3),
        [...keys].sort().filter((key) => key.startsWith('a')),
      )
    },
  },
  {
    name: 'gives 2500 objects in pages of at most 1000, each once',
    async run(storage) {
      await putAll(storage, MANY)
      const sorted = [...MANY].sort()
      const first = await storage.list('')
      assert.equal(first.objects.length, 1000)
      assert.ok(first.cursor)
      assert.equal((await storage.list('', { limit: 5000 })).objects.length, 1000)
      assert.deepEqual(await keysOf(storage, ''), sorted)
      assert.deepEqual(
        await keysOf(storage, 'many/3/', 77),
        sorted.filter((key) => key.startsWith('many/3/')),
      )
      const exact = await storage.list('many/3/', { limit: 500 })
      assert.equal(exact.objects.length, 500)
      assert.equal(exact.cursor, undefined, 'there is a cursor, but no page after it')
    },
  },
  {
    name: 'goes on after a cursor whose object is gone',
    async run(storage) {
      await putAll(storage, ['a', 'b', 'c', 'd'])
      const { cursor } = await storage.list('', { limit: 2 })
      assert.ok(cursor)
      await storage.delete(['a', 'b'])
      assert.deepEqual(
        (await storage.list('', { cursor })).objects.map(({ key }) => key),
        ['c', 'd'],
      )
    },
  },
  {
    name: 'shows a replaced object once, and a deleted one not',
    async run(storage) {
      for (let i = 0; i < 5; i++) await putAll(storage, ['a', 'b', 'c'])
      await storage.delete('b')
      assert.deepEqual(await keysOf(storage, ''), ['a', 'c'])
    },
  },
  {
    name: 'refuses pages without objects',
    async run(storage) {
      for (const limit of [0, -1, 1.5, Number.NaN]) await assert.rejects(storage.list('', { limit }), TypeError)
    },
  },
]

/** The contract of `delete`. */
export const deleteTests: readonly StorageTest[] = [
  {
    name: 'deletes one object or many, and nothing else',
    async run(storage) {
      await putAll(storage, ['a/1', 'a/2', 'a/22', 'a/3', 'b'])
      await storage.delete('a/2')
      assert.deepEqual(await keysOf(storage, ''), ['a/1', 'a/22', 'a/3', 'b'])
      await storage.delete(['a/1', 'b'])
      assert.deepEqual(await keysOf(storage, ''), ['a/22', 'a/3'])
      await storage.delete([])
      assert.equal(await storage.head('a/1'), undefined)
      assert.equal(await storage.open('a/1'), undefined)
    },
  },
  {
    name: 'takes what is not there as deleted',
    async run(storage) {
      await storage.delete('a')
      await storage.delete(['a', 'b/c', 'b/c'])
      await storage.put('b', bytes('b'))
      await storage.delete(['a', 'b', 'b', 'b/c'])
      await storage.delete('b')
      assert.deepEqual(await keysOf(storage, ''), [])
    },
  },
  {
    name: 'deletes none when one of the keys is invalid',
    async run(storage) {
      await putAll(storage, ['a', 'b'])
      await assert.rejects(storage.delete(['a', '../b', 'b']), hasCode('STORAGE_KEY_INVALID'))
      assert.deepEqual(await keysOf(storage, ''), ['a', 'b'])
    },
  },
  {
    name: 'deletes all versions of an object',
    async run(storage) {
      for (let i = 0; i < 4; i++) await storage.put('a/b', bytes(`version ${i}`))
      await storage.delete('a/b')
      assert.equal(await storage.head('a/b'), undefined)
      assert.deepEqual(await keysOf(storage, ''), [])
    },
  },
  {
    name: 'deletes 1100 objects at once',
    async run(storage) {
      const keys = MANY.slice(0, 1100)
      await putAll(storage, keys)
      await storage.delete([...keys, 'many/none'])
      assert.deepEqual(await keysOf(storage, ''), [])
    },
  },
  {
    name: 'ends while objects are deleted and put at the same time',
    async run(storage, leftovers) {
      const keys = ['x/1', 'x/2', 'x/3']
      const round = async (index: number) => {
        for (let i = 0; i < 10; i++) {
          await storage.put(keys[(i + index) % 3] ?? 'x/1', bytes('x'))
          await storage.delete(keys[(i + index + 1) % 3] ?? 'x/1')
        }
      }
      await Promise.all([round(0), round(1), round(2)])
      await storage.delete(keys)
      assert.deepEqual(await keysOf(storage, ''), [])
      assert.deepEqual(await leftovers(), [])
    },
  },
]
