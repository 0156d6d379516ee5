import { createHash } from 'node:crypto'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { FileArguments, rootName } from '../src/file-arguments.js'
import { temporaryFolder } from './run-main.js'

const hash = (folder: string) => createHash('sha256').update(folder).digest('hex').slice(0, 8)

test('a reference depends on the file alone', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'night 1/raw'), { recursive: true })
  await writeFile(join(folder, 'night 1/raw/a.fits'), 'a')
  await symlink(join(folder, 'night 1/raw'), join(folder, 'link'))
  await symlink('night 1/raw/a.fits', join(folder, 'other.fits'))
  const raw = join(folder, 'night 1/raw')
  const expected = { source: 'local', root: `raw-${hash(raw)}`, basename: 'a.fits' }

  const files = new FileArguments(folder)
  for (const path of [
    'night 1/raw/a.fits',
    'link/a.fits',
    'other.fits',
    join(raw, 'a.fits'),
    'link/../a.fits/../raw/a.fits',
  ])
    expect(await files.reference(path), path).toEqual(path.startsWith('link/..') ? expect.anything() : expected)
  expect(await new FileArguments(raw).reference('../raw/./a.fits')).toEqual(expected)
  expect(files.roots[expected.root]).toBe(raw)
})

test('a path that does not exist has a reference below the nearest folder that does', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'real'))
  await symlink('real', join(folder, 'link'))
  const files = new FileArguments(folder)
  const { root = '', basename: name } = await files.reference('link/no/such.fits')
  expect(name).toBe('no/such.fits')
  expect(files.roots[root]).toBe(join(folder, 'real'))
})

test('names of roots are short and readable', () => {
  expect(rootName('/data/night 1 (März)')).toMatch(/^night-1-M-rz-[0-9a-f]{8}$/)
  expect(rootName('/')).toMatch(/^folder-[0-9a-f]{8}$/)
  expect(rootName('/data/.hidden')).toMatch(/^hidden-[0-9a-f]{8}$/)
  expect(rootName(`/data/${'x'.repeat(200)}`)).toHaveLength(49)
  expect(rootName('/a/raw')).not.toBe(rootName('/b/raw'))
})

test('one name cannot stand for two folders', async () => {
  const folder = await temporaryFolder()
  const files = new FileArguments(folder)
  files.addRoot('data', 'a')
  files.addRoot('data', './a')
  expect(() => files.addRoot('data', 'b')).toThrow("The root 'data' would be both")
  expect(await files.addFolder('.')).toBe(`${basename(folder)}-${hash(folder)}`)
})
