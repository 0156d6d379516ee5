import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FileReference, LocalSource, readAll } from '../src/index.js'

let folder: string
let source: LocalSource

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-'))
  await mkdir(join(folder, 'data', 'night'), { recursive: true })
  await mkdir(join(folder, 'data-secret'))
  await writeFile(join(folder, 'data', 'a.fits'), 'a')
  await writeFile(join(folder, 'data', 'night', 'b c.fits'), 'bc')
  await writeFile(join(folder, 'data-secret', 'secret'), 'secret')
  source = new LocalSource({ roots: { data: join(folder, 'data') } })
})

afterEach(() => rm(folder, { recursive: true }))

const file = (basename: string, root?: string): FileReference => ({
  source: 'local',
  basename,
  ...(root === undefined ? {} : { root }),
})

async function textOf(reference: FileReference): Promise<string> {
  const opened = await source.open(reference)
  try {
    return new TextDecoder().decode(await readAll(opened, { limit: 1000 }))
  } finally {
    await opened.close()
  }
}

/** That all ways to a file fail alike. */
async function expectRefused(reference: FileReference, code: string, message: RegExp): Promise<void> {
  const error = expect.objectContaining({ code, audience: 'user', message: expect.stringMatching(message) })
  await expect(source.identify(reference), `identify ${reference.basename}`).rejects.toEqual(error)
  await expect(source.size(reference), `size ${reference.basename}`).rejects.toEqual(error)
  await expect(source.open(reference), `open ${reference.basename}`).rejects.toEqual(error)
}

describe('LocalSource', () => {
  it('opens files below its root, with the identity they have', async () => {
    expect(await textOf(file('a.fits'))).toBe('a')
    expect(await textOf(file('night/b c.fits', 'data'))).toBe('bc')
    const opened = await source.open(file('a.fits'))
    expect(opened.identity).toBe(await source.identify(file('a.fits')))
    await opened.close()
    expect(await source.size(file('night/b c.fits'))).toBe(2)
  })

  it.each([
    '../data-secret/secret',
    '../data/a.fits',
    'night/../a.fits',
    './a.fits',
    '..',
    '.',
    '',
    '/etc/passwd',
    'a\0.fits',
    'night//b c.fits',
    'night/',
  ])('refuses the name %j', (name) => expectRefused(file(name), 'SOURCE_FORBIDDEN', /lies outside its root folder\./))

  it('follows links that stay below the root, and no others', async () => {
    const data = (name: string) => join(folder, 'data', name)
    await symlink('night/b c.fits', data('inside'))
    await symlink(join(folder, 'data', 'night'), data('inside-folder'))
    await symlink(join(folder, 'data-secret', 'secret'), data('file-out'))
    await symlink('../data-secret', data('folder-out'))
    await symlink('file-out', data('twice'))
    await symlink('loop', data('loop'))
    expect(await textOf(file('inside'))).toBe('bc')
    expect(await textOf(file('inside-folder/b c.fits'))).toBe('bc')
    for (const name of ['file-out', 'folder-out/secret', 'twice'])
      await expectRefused(file(name), 'SOURCE_FORBIDDEN', /links that lead out are not followed/)
    await expectRefused(file('loop'), 'SOURCE_NOT_FOUND', /does not exist/)
  })

  it('takes a root that is a link, or a relative path', async () => {
    await symlink('data', join(folder, 'link'))
    source = new LocalSource({
      roots: { link: join(folder, 'link'), here: relative('.', join(folder, 'data')), all: '/' },
    })
    expect(await textOf(file('a.fits', 'link'))).toBe('a')
    expect(await textOf(file('a.fits', 'here'))).toBe('a')
    expect(await textOf(file(join(folder, 'data', 'a.fits').slice(1), 'all'))).toBe('a')
  })

  it('tells a missing file, a folder, and what is neither', async () => {
    execFileSync('mkfifo', [join(folder, 'data', 'pipe')])
    await expectRefused(file('absent.fits'), 'SOURCE_NOT_FOUND', /^absent\.fits does not exist\. Check its name\.$/)
    await expectRefused(file('a.fits/b'), 'SOURCE_NOT_FOUND', /does not exist/)
    await expectRefused(file('x'.repeat(300)), 'SOURCE_NOT_FOUND', /does not exist/)
    await expectRefused(file('night'), 'SOURCE_NOT_FOUND', /^night is a folder\. Give a file\.$/)
    await expectRefused(file('pipe'), 'SOURCE_NOT_FOUND', /^pipe is no regular file\. Give a file\.$/)
    source = new LocalSource({ roots: { dev: '/dev' } })
    await expectRefused(file('zero'), 'SOURCE_NOT_FOUND', /^zero is no regular file\. Give a file\.$/)
  })

  it('tells a file that may not be read', async () => {
    await chmod(folder, 0o755)
    await chmod(join(folder, 'data', 'a.fits'), 0)
    // Nothing is forbidden to root: it puts itself into somebody else's place.
    const isRoot = process.getuid?.() === 0
    if (isRoot) process.seteuid?.(65534)
    try {
      await expect(source.open(file('a.fits'))).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' })
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })

  it('makes the reference to a path, by the innermost root', async () => {
    source = new LocalSource({ roots: { all: folder, data: join(folder, 'data') } })
    const path = join(folder, 'data', 'night', 'b c.fits')
    expect(await source.reference(path)).toEqual({ source: 'local', root: 'data', basename: 'night/b c.fits' })
    await expect(source.reference(tmpdir())).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' })
    await expect(source.reference(join(folder, 'none'))).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' })
  })

  it('has one spelling for a reference, with and without the only root', () => {
    expect(source.canonical(file('a.fits'))).toEqual(file('a.fits', 'data'))
    const two = new LocalSource({ roots: { one: folder, two: folder } })
    expect(two.canonical(file('a.fits'))).toEqual(file('a.fits'))
  })

  it('tells which roots there are', async () => {
    await expectRefused(
      file('a.fits', 'other'),
      'SOURCE_NOT_FOUND',
      /^a\.fits: there is no root folder 'other'; there is 'data'\.$/,
    )
    for (const name of ['__proto__', 'constructor', ''])
      await expectRefused(file('a.fits', name), 'SOURCE_NOT_FOUND', /no root folder/)
    source = new LocalSource({ roots: { one: folder, two: folder } })
    await expectRefused(file('a.fits'), 'SOURCE_NOT_FOUND', /names no root folder; there is 'one', 'two'\.$/)
    source = new LocalSource({ roots: {} })
    await expectRefused(file('a.fits'), 'SOURCE_NOT_FOUND', /there are none here\.$/)
  })

  it('tells when the root itself is away, which may pass', async () => {
    await rename(join(folder, 'data'), join(folder, 'moved'))
    await expectRefused(
      file('a.fits'),
      'SOURCE_UNAVAILABLE',
      /^a\.fits cannot be read now: its root folder is not there\./,
    )
    await rename(join(folder, 'moved'), join(folder, 'data'))
    expect(await textOf(file('a.fits'))).toBe('a')
  })

  it('gives a file that took the place of another one another identity', async () => {
    const before = await source.identify(file('a.fits'))
    await writeFile(join(folder, 'data', 'new'), 'z')
    await rename(join(folder, 'data', 'new'), join(folder, 'data', 'a.fits'))
    const opened = await source.open(file('a.fits'))
    expect(opened.identity).not.toBe(before)
    expect(opened.identity).toBe(await source.identify(file('a.fits')))
    await opened.close()
  })

  it('puts no path of this machine into its messages', async () => {
    for (const name of ['absent', 'night', '../x'])
      await expect(source.open(file(name))).rejects.toThrow(/^(?!.*\/local-).*$/)
  })
})
