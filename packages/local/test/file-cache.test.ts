import { chmodSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cachedSource } from '../src/index.js'
import { CacheLab, deferred, readAndClose } from './cache-lab.js'
import { context } from './sources.js'

let lab: CacheLab

beforeEach(async () => {
  lab = await CacheLab.make()
})

afterEach(() => lab.end())

describe('FileCache', () => {
  it('downloads a file once, and gives it with a path', async () => {
    const { source } = lab.cached()
    const file = lab.far.add('a.fits', 300)
    const first = await source.open(file, context)
    expect(first.size).toBe(300)
    expect(first.identity).toBe('v1')
    expect(readFileSync(first.path ?? '')).toEqual(Buffer.from(lab.far.bytesOf(file)))
    expect(await readAndClose(first)).toEqual(lab.far.bytesOf(file))
    expect(await readAndClose(await source.open(file, context))).toEqual(lab.far.bytesOf(file))
    expect(lab.far).toMatchObject({ opened: 1, closed: 1, reads: 1 })
  })

  it('has it after a restart', async () => {
    const { cache, source } = lab.cached()
    const file = lab.far.add('a.fits', 300)
    await readAndClose(await source.open(file, context))
    await cache.close()
    expect(await readAndClose(await lab.cached().source.open(file, context))).toEqual(lab.far.bytesOf(file))
    expect(lab.far.opened).toBe(1)
  })

  it('asks the source each time, which may refuse', async () => {
    const { source } = lab.cached()
    const file = lab.far.add('a.fits', 300)
    await readAndClose(await source.open(file, context))
    lab.far.files.clear()
    await expect(source.open(file, context)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' })
  })

  it('downloads another version anew', async () => {
    const { source } = lab.cached()
    await readAndClose(await source.open(lab.far.add('a.fits', 300), context))
    const newer = lab.far.add('a.fits', 310, 'v2')
    expect(await readAndClose(await source.open(newer, context))).toEqual(lab.far.bytesOf(newer))
    expect(lab.far.opened).toBe(2)
  })

  it('takes nothing of a reference into a path', async () => {
    const { source } = lab.cached()
    const file = lab.far.add('../../a\0b/ü.fits', 10)
    const opened = await source.open(file, context)
    expect(basename(opened.path ?? '')).toMatch(/^[0-9a-f]{64}$/)
    await opened.close()
  })

  it('caches an empty file', async () => {
    const { source } = lab.cached()
    expect(await readAndClose(await source.open(lab.far.add('empty', 0), context))).toEqual(new Uint8Array())
    expect(lab.filesIn('cached')).toHaveLength(1)
  })

  it('downloads in pieces', async () => {
    const { source } = lab.cached({ chunkBytes: 7 })
    const file = lab.far.add('a.fits', 100)
    expect(await readAndClose(await source.open(file, context))).toEqual(lab.far.bytesOf(file))
    expect(lab.far.reads).toBe(15)
  })

  it('lets many wait for one download', async () => {
    const { source, cache } = lab.cached()
    const file = lab.far.add('a.fits', 300)
    const opened = await Promise.all(Array.from({ length: 50 }, () => source.open(file, context)))
    for (const one of opened) expect(await readAndClose(one)).toEqual(lab.far.bytesOf(file))
    expect(lab.far.reads).toBe(1)
    expect(await cache.usage()).toEqual({ bytes: 300, files: 1, pinned: 0, waiting: 0 })
  })

  it('downloads a few files at a time', async () => {
    const { source } = lab.cached({ downloads: 2 })
    let [going, most, pair] = [0, 0, deferred()]
    lab.far.onRead = async () => {
      most = Math.max(most, ++going)
      const { promise, resolve } = pair
      if (going === 2) {
        pair = deferred()
        resolve()
      }
      await promise
      going--
    }
    const files = Array.from({ length: 10 }, (_, i) => lab.far.add(`${i}`, 10))
    const opened = await Promise.all(files.map((file) => source.open(file, context)))
    await Promise.all(opened.map((one) => one.close()))
    expect(most).toBe(2)
  })

  it('deletes what was used longest ago, and nothing that is open', async () => {
    const { source } = lab.cached()
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => lab.far.add(name, 300))
    for (const file of [a, b, c]) await readAndClose(await source.open(file!, context))
    const open = await source.open(a!, context)
    await readAndClose(await source.open(d!, context))
    expect(lab.far.opened).toBe(4)
    await readAndClose(await source.open(c!, context))
    expect(lab.far.opened).toBe(4)
    await readAndClose(await source.open(b!, context))
    expect(lab.far.opened).toBe(5)
    expect(await readAndClose(open)).toEqual(lab.far.bytesOf(a!))
    expect(lab.filesIn('cached')).toHaveLength(3)
  })

  it('reads from the source what is too large, and leaves the rest alone', async () => {
    const { source, cache } = lab.cached()
    await readAndClose(await source.open(lab.far.add('small', 300), context))
    const large = lab.far.add('large', 1001)
    const opened = await source.open(large, context)
    expect(opened.path).toBeUndefined()
    expect(await readAndClose(opened)).toEqual(lab.far.bytesOf(large))
    expect(await cache.usage()).toMatchObject({ bytes: 300 })
    expect(lab.far.closed).toBe(2)
  })

  it('reads from the source what has no room now', async () => {
    const { source } = lab.cached()
    const open = await source.open(lab.far.add('a', 600), context)
    const other = await source.open(lab.far.add('b', 600), context)
    expect([open.path, other.path]).toEqual([expect.any(String), undefined])
    await Promise.all([open.close(), other.close()])
    const again = await source.open(lab.far.add('b', 600), context)
    expect(again.path).toBeDefined()
    await again.close()
  })

  it('says how much is too much where a source gives no parts', async () => {
    const cache = lab.cache()
    const source = cachedSource(lab.far, cache, { ranges: false })
    const large = lab.far.add('large', 1001)
    await expect(source.open(large, context)).rejects.toMatchObject({
      code: 'CACHE_TOO_SMALL',
      message: expect.stringMatching(/large.*1001.*1000/),
      details: { wanted: 1001, limit: 1000 },
    })
    const open = await source.open(lab.far.add('a', 600), context)
    await expect(source.open(lab.far.add('b', 600), context)).rejects.toMatchObject({
      code: 'CACHE_FULL',
      retryable: true,
    })
    await open.close()
    expect(lab.far.closed).toBe(lab.far.opened)
  })

  it('leaves so much free on the disk', async () => {
    const { source, cache } = lab.cached({ minFreeBytes: 2 ** 52 })
    const file = lab.far.add('a', 10)
    const opened = await source.open(file, context)
    expect(opened.path).toBeUndefined()
    expect(await readAndClose(opened)).toEqual(lab.far.bytesOf(file))
    expect(await cache.usage()).toMatchObject({ files: 0 })
  })

  it('refuses settings that are none', () => {
    expect(() => lab.cache({ maxBytes: Number.POSITIVE_INFINITY })).toThrow(/maxBytes/)
    expect(() => lab.cache({ downloads: 0 })).toThrow(/downloads/)
    expect(() => lab.cache({ folder: '' })).toThrow(/folder/)
  })

  it('says that it is closed', async () => {
    const { source, cache } = lab.cached()
    const file = lab.far.add('a', 10)
    const open = await source.open(file, context)
    await cache.close()
    await cache.close()
    await expect(source.open(file, context)).rejects.toMatchObject({ code: 'DATALAB_CLOSED' })
    expect(await readAndClose(open)).toEqual(lab.far.bytesOf(file))
  })

  it('says that its folder cannot be had', async () => {
    writeFileSync(join(lab.folder, 'file'), '')
    const { source } = lab.cached({ folder: join(lab.folder, 'file') })
    await expect(source.open(lab.far.add('a', 10), context)).rejects.toMatchObject({ code: 'CACHE_UNAVAILABLE' })
  })
})

describe('a cached file', () => {
  const path = () => join(lab.folder, 'cached', lab.filesIn('cached')[0] ?? '')
  const cut = (file: string) => {
    chmodSync(file, 0o600)
    truncateSync(file, 10)
  }

  it.each([
    ['that is gone', () => rmSync(path())],
    ['that was cut', () => cut(path())],
  ])('%s is downloaded anew', async (_, damage) => {
    const { source, cache } = lab.cached()
    const file = lab.far.add('a', 300)
    await readAndClose(await source.open(file, context))
    damage()
    expect(await readAndClose(await source.open(file, context))).toEqual(lab.far.bytesOf(file))
    expect(lab.far.opened).toBe(2)
    expect(await cache.usage()).toMatchObject({ bytes: 300, files: 1 })
  })

  it('that nobody knows is removed at the start, and what is missing forgotten', async () => {
    const { source, cache } = lab.cached()
    await readAndClose(await source.open(lab.far.add('a', 300), context))
    rmSync(path())
    await readAndClose(await source.open(lab.far.add('b', 300), context))
    await cache.close()
    const stray = [join(lab.folder, 'cached', 'stray'), join(lab.folder, 'loading', 'stray')]
    for (const one of stray) writeFileSync(one, 'stray')
    expect(await lab.cache().usage()).toEqual({ bytes: 300, files: 1, pinned: 0, waiting: 0 })
    expect([lab.filesIn('cached').length, lab.filesIn('loading')]).toEqual([1, []])
  })

  it('goes when the cache is given less room', async () => {
    const { source, cache } = lab.cached()
    for (const name of ['a', 'b', 'c']) await readAndClose(await source.open(lab.far.add(name, 300), context))
    await cache.close()
    expect(await lab.cache({ maxBytes: 500 }).usage()).toMatchObject({ bytes: 300 })
  })
})
