import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FileStorage } from '../src/index.js'
import { processIdentity } from '../src/process-identity.js'
import { bundled, Child } from './child-processes.js'
import { bytes, hasCode, keysOf, textOf } from './storage-helpers.js'

let folder: string
let storage: FileStorage

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storage-'))
  storage = new FileStorage(join(folder, 'objects'))
})

afterEach(() => rm(folder, { recursive: true }))

const objects = (...names: string[]) => join(folder, 'objects', ...names)
const forbidden = (what: RegExp) =>
  expect.objectContaining({ code: 'STORAGE_FORBIDDEN', message: expect.stringMatching(what) })

describe('the folder of a FileStorage', () => {
  it('is made by the first put, and holds each object as a file of its key', async () => {
    expect(await storage.head('a')).toBeUndefined()
    expect(await keysOf(storage, '')).toEqual([])
    await storage.delete('a/b')
    await expect(stat(objects())).rejects.toThrow('ENOENT')
    await storage.put('a/b/c.fits', bytes('c'))
    expect(await readFile(objects('a', 'b', 'c.fits'), 'utf8')).toBe('c')
    expect((await readdir(objects(), { recursive: true })).sort()).toEqual(['.tmp', 'a', 'a/b', 'a/b/c.fits'])
  })

  it('shows the newest version of a replaced object as its file', async () => {
    for (const text of ['1', '2', '3']) await storage.put('a/b', bytes(text))
    expect(await readFile(objects('a', 'b'), 'utf8')).toBe('3')
    expect((await readdir(objects('a'))).sort()).toEqual(['b', 'b~'])
  })

  it('keeps the bytes of the newest version alone', async () => {
    for (let i = 0; i < 6; i++) await storage.put('a', new Uint8Array(1000).fill(i))
    const inodes = new Set<number>()
    for (const name of await readdir(objects(), { recursive: true })) {
      const { ino, size } = await stat(objects(name))
      if (size === 1000) inodes.add(ino)
    }
    expect(inodes.size).toBe(1)
  })

  it('loses the folders that a delete has emptied, and no others', async () => {
    await storage.put('a/b/c/d', bytes('d'))
    await storage.put('a/b/e', bytes('e'))
    await storage.put('a/b/e', bytes('e again'))
    await storage.delete('a/b/c/d')
    expect((await readdir(objects('a', 'b'))).sort()).toEqual(['e', 'e~'])
    await storage.delete('a/b/e')
    expect(await readdir(objects())).toEqual(['.tmp'])
  })

  it('may hold other files, which are not seen or touched', async () => {
    await storage.put('a/b', bytes('b'))
    const others = ['.hidden', 'my file.txt', 'ünïcode', '~', 'x~', 'a/b.tmp~', 'a/.DS_Store', 'con']
    for (const name of others) await writeFile(objects(name), 'other')
    await mkdir(objects('another folder'))
    expect(await keysOf(storage, '')).toEqual(['a/b'])
    await storage.delete('a/b')
    expect((await readdir(objects(), { recursive: true })).sort()).toEqual(
      ['.tmp', ...others, 'a', 'another folder'].sort(),
    )
  })

  it('holds what others put there', async () => {
    await mkdir(objects('a'), { recursive: true })
    await writeFile(objects('a', 'b.json'), '{}')
    expect(await textOf(storage, 'a/b.json')).toBe('{}')
    await storage.put('a/b.json', bytes('{1}'), { ifMatch: (await storage.head('a/b.json'))?.etag ?? '' })
    expect(await textOf(storage, 'a/b.json')).toBe('{1}')
  })

  it('may be a link itself, and vanish', async () => {
    await mkdir(join(folder, 'real'))
    await symlink(join(folder, 'real'), objects())
    await storage.put('a', bytes('a'))
    expect(await readFile(join(folder, 'real', 'a'), 'utf8')).toBe('a')
    await rm(join(folder, 'real'), { recursive: true })
    expect(await storage.head('a')).toBeUndefined()
    await storage.put('a', bytes('b'))
    expect(await textOf(storage, 'a')).toBe('b')
  })

  it('shows what two storages put', async () => {
    const other = new FileStorage(objects())
    await storage.put('a', bytes('a'))
    await other.put('a', bytes('b'), { ifMatch: (await other.head('a'))?.etag ?? '' })
    expect(await textOf(storage, 'a')).toBe('b')
  })

  it('gives no path that could become another version', async () => {
    await storage.put('a', bytes('a'))
    const source = await storage.open('a')
    expect(source).not.toHaveProperty('path')
    await source?.close()
  })
})

describe('links in the folder of a FileStorage', () => {
  beforeEach(async () => {
    await mkdir(join(folder, 'outside'))
    await writeFile(join(folder, 'outside', 'secret'), 'secret')
    await storage.put('a/b', bytes('b'))
    await symlink(join(folder, 'outside'), objects('out'))
    await symlink(join(folder, 'outside', 'secret'), objects('a', 'secret'))
    await symlink(objects('a'), objects('in'))
    await symlink(objects('nowhere'), objects('a', 'broken'))
    await symlink('loop', objects('loop'))
  })

  const keys = ['out/secret', 'a/secret', 'in/b', 'a/broken', 'loop', 'loop/a']

  it('are never read or listed', async () => {
    for (const key of keys) {
      expect(await storage.open(key), key).toBeUndefined()
      expect(await storage.head(key), key).toBeUndefined()
    }
    expect(await keysOf(storage, '')).toEqual(['a/b'])
    for (const prefix of ['out/', 'out/s', 'a/s', 'in/', 'loop/'])
      expect(await keysOf(storage, prefix), prefix).toEqual([])
  })

  it('are never written or deleted through', async () => {
    for (const key of [...keys, 'out/new', 'out/x/y', 'in/new']) {
      for (const options of [{}, { ifNoneMatch: '*' } as const])
        await expect(storage.put(key, bytes('x'), options), key).rejects.toEqual(forbidden(/a link is in the place/))
      await storage.delete(key)
    }
    expect(await readdir(join(folder, 'outside'))).toEqual(['secret'])
    expect(await readFile(join(folder, 'outside', 'secret'), 'utf8')).toBe('secret')
    expect((await readdir(objects())).sort()).toEqual(['.tmp', 'a', 'in', 'loop', 'out'])
    expect((await readdir(objects('a'))).sort()).toEqual(['b', 'broken', 'secret'])
    expect(await readdir(objects('.tmp'))).toEqual([])
  })

  it('in the place of versions are not seen', async () => {
    await mkdir(join(folder, 'outside', '7'))
    await writeFile(join(folder, 'outside', '7', 'secret'), 'secret')
    await symlink(join(folder, 'outside'), objects('a', 'b~'))
    await mkdir(objects('a', 'c~'))
    await symlink(join(folder, 'outside', '7'), objects('a', 'c~', '7'))
    expect(await textOf(storage, 'a/b')).toBe('b')
    expect(await storage.head('a/c')).toBeUndefined()
    expect(await keysOf(storage, '')).toEqual(['a/b'])
    await expect(storage.put('a/b', bytes('x'))).rejects.toEqual(forbidden(/link/))
    await storage.delete(['a/b', 'a/c'])
    expect(await readFile(join(folder, 'outside', '7', 'secret'), 'utf8')).toBe('secret')
  })

  it('are refused as the place of temporary files', async () => {
    await rm(objects('.tmp'), { recursive: true })
    await symlink(join(folder, 'outside'), objects('.tmp'))
    await expect(storage.put('a/c', bytes('c'))).rejects.toEqual(forbidden(/link/))
    expect(await readdir(join(folder, 'outside'))).toEqual(['secret'])
  })
})

describe('the errors of a FileStorage', () => {
  it.each(['file', 'file/below'])('say that %s is no folder', async (name) => {
    await writeFile(join(folder, 'file'), '')
    const broken = new FileStorage(join(folder, name))
    const answers = [
      broken.put('a', bytes('a')),
      broken.open('a'),
      broken.head('a'),
      broken.list(''),
      broken.delete('a'),
      broken.url('a'),
    ]
    for (const answer of await Promise.allSettled(answers)) {
      const { reason } = answer as PromiseRejectedResult
      expect(reason).toEqual(forbidden(/is no folder: give the storage one\.$/))
    }
  })

  it('say which folder may not be written or read', async () => {
    const script = await bundled('storage-child.ts')
    try {
      await storage.put('key', bytes('a'))
      await mkdir(join(folder, 'closed', 'objects', 'x'), { recursive: true, mode: 0o700 })
      const answers = await asNobody(script, join(folder, 'closed', 'objects'))
      expect(answers).toEqual(
        Array(5).fill(expect.stringMatching(/^STORAGE_FORBIDDEN: .*check the permissions of its folder\.$/)),
      )
    } finally {
      await script.remove()
    }
  })

  it('name a key that takes the place of a folder, or wants to be below an object', async () => {
    await storage.put('a/b', bytes('b'))
    for (let i = 0; i < 3; i++) await storage.put('a/b', bytes('b again'))
    for (const key of ['a', 'a/b/c', 'a/b/c/d'])
      await expect(storage.put(key, bytes('x'))).rejects.toSatisfy(hasCode('STORAGE_KEY_CONFLICT'))
    expect(await readdir(objects('.tmp'))).toEqual([])
  })

  it('fail one put alone, not those after it', async () => {
    await writeFile(objects(), '')
    await expect(storage.put('a', bytes('a'))).rejects.toThrow('is no folder')
    await rm(objects())
    await storage.put('a', bytes('a'))
    expect(await textOf(storage, 'a')).toBe('a')
  })
})

async function asNobody(script: Awaited<ReturnType<typeof bundled>>, closed: string): Promise<string[]> {
  // Root may do everything; whoever else runs this test may not after this.
  const uid = process.getuid?.() === 0 ? 65534 : undefined
  if (uid === undefined) await chmod(join(closed, '..'), 0)
  const child = new Child(script, { folder: closed, work: 'report' }, uid === undefined ? {} : { uid })
  try {
    await child.said()
    child.go()
    return ((await child.said()) ?? '').split('\n')
  } finally {
    await child.kill()
    await chmod(join(closed, '..'), 0o700)
  }
}

describe('temporary files of a FileStorage', () => {
  it('of dead processes go with the first put, those of live ones stay', async () => {
    await mkdir(objects('.tmp'), { recursive: true })
    const uuid = '12345678-1234-1234-1234-123456789abc'
    const live = `${processIdentity()}.${uuid}`
    const dead = `${processIdentity().replace(/^\d+-\d+/, '4194305-1')}.${uuid}`
    for (const name of [live, dead, 'something else']) await writeFile(objects('.tmp', name), 'half')
    await mkdir(objects('.tmp', dead.replace('4194305', '4194306')))
    await storage.put('a', bytes('a'))
    expect((await readdir(objects('.tmp'))).sort()).toEqual([live, 'something else'].sort())
  })

  it('of two storages of one process do not meet', async () => {
    const storages = Array.from({ length: 8 }, () => new FileStorage(objects()))
    await Promise.all(storages.map((one, i) => one.put(`${i}`, bytes(`${i}`))))
    expect(await keysOf(storage, '')).toHaveLength(8)
  })
})

describe('the URLs of a FileStorage', () => {
  it('are files where nobody says else', async () => {
    await storage.put('a/b.fits', bytes('b'))
    expect(await storage.url('a/b.fits')).toBe(pathToFileURL(objects('a', 'b.fits')).href)
    expect(await storage.url('absent')).toBe(pathToFileURL(objects('absent')).href)
  })

  it.each(['https://host.test/data/', 'https://host.test/data'])('begin with the base URL %s', async (baseUrl) => {
    const served = new FileStorage(objects(), { baseUrl })
    expect(await served.url('absent/x')).toBe('https://host.test/data/absent/x')
    await served.put('a/b.fits', bytes('b'))
    expect(await served.url('a/b.fits')).toBe('https://host.test/data/a/b.fits')
  })

  it('lead to the version that is there', async () => {
    const served = new FileStorage(objects(), { baseUrl: 'https://host.test/' })
    for (const text of ['1', '2', '3']) await served.put('a/b', bytes(text))
    const { pathname } = new URL(await served.url('a/b'))
    expect(pathname).toMatch(/^\/a\/b~\/3\//)
    expect(await readFile(objects(pathname), 'utf8')).toBe('3')
    expect(await readFile(new URL(await storage.url('a/b')), 'utf8')).toBe('3')
  })
})
