import assert from 'node:assert/strict'
import type { ByteSource, ObjectStorage } from '@datalab/core'
import { hasCode } from './expectations.js'
import { bytes, keysOf, type StorageTest, textOf, unlessChanged } from './storage-suite.js'

/** The contract of `open`, `head` and `url`. */
export const readTests: readonly StorageTest[] = [
  {
    name: 'what is not there is undefined',
    async run(storage) {
      await storage.put('a/b', bytes('b'))
      for (const key of ['a', 'b', 'a/bb', 'a/b/c', 'x/y/z']) {
        assert.equal(await storage.open(key), undefined, key)
        assert.equal(await storage.head(key), undefined, key)
      }
    },
  },
  {
    name: 'tells how far it reaches',
    async run(storage) {
      assert.ok(['process', 'machine', 'fleet'].includes(storage.reach))
    },
  },
  {
    name: 'an open source has the size and etag of its version',
    async run(storage) {
      const { etag } = await storage.put('a', bytes('0123456789'))
      const source = await opened(storage, 'a')
      assert.equal(source.size, 10)
      assert.equal(source.identity, etag)
      await source.close()
    },
  },
  {
    name: 'reads byte ranges, and fewer bytes only at the end',
    async run(storage) {
      await storage.put('a', bytes('0123456789'))
      const source = await opened(storage, 'a')
      const range = async (offset: number, length: number) => {
        const into = new Uint8Array(length).fill(46)
        const read = await source.read(offset, into)
        return [read, new TextDecoder().decode(into)]
      }
      assert.deepEqual(await range(0, 10), [10, '0123456789'])
      assert.deepEqual(await range(3, 4), [4, '3456'])
      assert.deepEqual(await range(8, 4), [2, '89..'])
      assert.deepEqual(await range(10, 2), [0, '..'])
      assert.deepEqual(await range(1000, 2), [0, '..'])
      assert.deepEqual(await range(5, 0), [0, ''])
      assert.deepEqual(await Promise.all([range(0, 2), range(4, 2), range(2, 2)]), [
        [2, '01'],
        [2, '45'],
        [2, '23'],
      ])
      await source.close()
    },
  },
  {
    name: 'fills a part of a larger buffer, and nothing beside it',
    async run(storage) {
      await storage.put('a', bytes('0123456789'))
      const source = await opened(storage, 'a')
      const whole = new Uint8Array(6).fill(46)
      await source.read(2, whole.subarray(2, 4))
      assert.equal(new TextDecoder().decode(whole), '..23..')
      await source.close()
    },
  },
  {
    name: 'refuses offsets that are none',
    async run(storage) {
      await storage.put('a', bytes('0123456789'))
      const source = await opened(storage, 'a')
      for (const offset of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
        await assert.rejects(source.read(offset, new Uint8Array(1)), TypeError, `offset ${offset}`)
      await source.close()
    },
  },
  {
    name: 'an empty object is an object',
    async run(storage) {
      const info = await storage.put('empty', new Uint8Array())
      assert.equal(info.size, 0)
      assert.equal(await textOf(storage, 'empty'), '')
      assert.deepEqual(await keysOf(storage, 'empty'), ['empty'])
    },
  },
  {
    name: 'a source fails after it is closed, and closes twice',
    async run(storage) {
      await storage.put('a', bytes('a'))
      const source = await opened(storage, 'a')
      await source.close()
      await source.close()
      await assert.rejects(source.read(0, new Uint8Array(1)))
    },
  },
  {
    name: 'an open source stays with its version while the object is replaced, deleted and put again',
    async run(storage) {
      for (const size of [5, 3_000_000]) await staysWithItsVersion(storage, size)
    },
  },
  {
    name: 'gives each object a URL',
    async run(storage) {
      await storage.put('a/b.fits', bytes('b'))
      await storage.put('a/c.fits', bytes('c'))
      const url = await storage.url('a/b.fits')
      assert.ok(new URL(url).href.includes('b.fits'), url)
      assert.notEqual(await storage.url('a/c.fits'), url)
      assert.ok(new URL(await storage.url('a/absent')).href)
    },
  },
]

const HOSTILE = [
  '',
  '/',
  '.',
  '..',
  '../x',
  '../../etc/passwd',
  '/etc/passwd',
  '/a',
  'a/',
  'a//b',
  'a/./b',
  'a/../b',
  'a/..',
  './a',
  '.hidden',
  'a/.tmp/x',
  '.tmp/x',
  'a.',
  'a./b',
  'a\\b',
  '..\\x',
  'C:x',
  'C:/x',
  'a:b',
  'a\0b',
  'a\nb',
  'a b',
  ' a',
  'a~2',
  'a~',
  '~',
  'a%2fb',
  '%2e%2e/x',
  'a?b',
  'a#b',
  'a*b',
  'ä',
  '日本',
  'a\u0301',
  '\ud800',
  'con',
  'CON.txt',
  'a/nul.fits',
  'lpt1',
  `${'a/'.repeat(600)}a`,
  'a'.repeat(300),
]

/** Which keys there are. */
export const keyTests: readonly StorageTest[] = [
  {
    name: 'refuses invalid keys everywhere',
    async run(storage) {
      await storage.put('keep', bytes('keep'))
      for (const key of HOSTILE) {
        const name = JSON.stringify(key).slice(0, 40)
        const refused = hasCode('STORAGE_KEY_INVALID')
        await assert.rejects(storage.put(key, bytes('x')), refused, `put ${name}`)
        await assert.rejects(storage.open(key), refused, `open ${name}`)
        await assert.rejects(storage.head(key), refused, `head ${name}`)
        await assert.rejects(storage.url(key), refused, `url ${name}`)
        await assert.rejects(storage.delete(key), refused, `delete ${name}`)
        await assert.rejects(storage.delete(['keep', key]), refused, `delete ['keep', ${name}]`)
      }
      assert.deepEqual(await keysOf(storage, ''), ['keep'])
    },
  },
  {
    name: 'asks nothing of the body of an invalid key',
    async run(storage) {
      let isAsked = false
      function* body() {
        isAsked = true
        yield bytes('x')
      }
      await assert.rejects(storage.put('../x', body()), hasCode('STORAGE_KEY_INVALID'))
      assert.ok(!isAsked)
    },
  },
  {
    name: 'takes all keys that are valid',
    async run(storage) {
      const keys = [
        'A',
        '0',
        '_',
        '-',
        '--x',
        'a..b',
        'a.b.c',
        'x/y/z/1/2/3',
        'console',
        'com',
        'constructor',
        '__proto__',
        'a'.repeat(240),
      ]
      for (const key of keys) await storage.put(key, bytes(key))
      for (const key of keys) assert.equal(await textOf(storage, key), key)
      assert.deepEqual(await keysOf(storage, ''), [...keys].sort())
    },
  },
  {
    name: 'keeps an object beside one in a folder of its name, or refuses the second',
    async run(storage) {
      await besideOrRefused(storage, 'a', 'a/b')
      await besideOrRefused(storage, 'x/y/z', 'x/y')
      await besideOrRefused(storage, 'p', 'p/q/r/s')
    },
  },
]

async function besideOrRefused(storage: ObjectStorage, first: string, second: string): Promise<void> {
  await storage.put(first, bytes('first'))
  for (const options of [{}, { ifNoneMatch: '*' } as const]) {
    const failure = await storage.put(second, bytes('second'), options).then(
      () => undefined,
      (error: unknown) => error,
    )
    if (failure === undefined) assert.equal(await textOf(storage, second), 'second')
    else if ((failure as { code?: unknown }).code !== 'STORAGE_PRECONDITION_FAILED') {
      hasCode('STORAGE_KEY_CONFLICT')(failure)
      assert.equal(await storage.head(second), undefined)
    }
  }
  assert.equal(await textOf(storage, first), 'first')
  await storage.delete([second, first])
  await storage.put(second, bytes('alone'))
  assert.equal(await textOf(storage, second), 'alone')
  await storage.delete(second)
  assert.deepEqual(await keysOf(storage, ''), [])
}

async function opened(storage: ObjectStorage, key: string): Promise<ByteSource> {
  const source = await storage.open(key)
  assert.ok(source, `${key} is not there`)
  return source
}

async function staysWithItsVersion(storage: ObjectStorage, size: number): Promise<void> {
  const version = (value: number) => new Uint8Array(size).fill(value)
  await storage.put('pin', version(1))
  const first = await opened(storage, 'pin')
  await storage.put('pin', version(2))
  const second = await opened(storage, 'pin')
  const check = async () => {
    await onlyBytes(storage, first, 1)
    await onlyBytes(storage, second, 2)
  }
  await storage.put('pin', new Uint8Array(size + 8).fill(3))
  await check()
  await storage.delete('pin')
  await check()
  await storage.put('pin', version(4))
  await check()
  const last = await opened(storage, 'pin')
  assert.equal((await whole(last))[size - 1], 4)
  await Promise.all([first.close(), second.close(), last.close()])
}

/** That a source has none but these bytes; a storage without snapshots may fail instead. */
async function onlyBytes(storage: ObjectStorage, source: ByteSource, value: number): Promise<void> {
  const all = await unlessChanged(storage, whole(source))
  assert.ok(all === undefined || all.every((one) => one === value), `bytes of another version than ${value}`)
}

async function whole(source: ByteSource): Promise<Uint8Array> {
  const all = new Uint8Array(source.size)
  assert.equal(await source.read(0, all), source.size)
  return all
}
