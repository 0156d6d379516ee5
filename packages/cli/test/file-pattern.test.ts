import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { filesFitting, isPattern } from '../src/file-pattern.js'
import { temporaryFolder } from './run-main.js'

const names = [
  'a1.fits',
  'a2.fits',
  'a10.fits',
  'b.fits',
  '.a.fits',
  'n1/a.fits',
  'n1/x(1)+.fits',
  'n2/deep/a.fits',
  'n]/a.fits',
]

async function prepared(): Promise<string> {
  const folder = await temporaryFolder()
  for (const name of ['n1', 'n2/deep', 'n]', 'folder.fits', '.hidden'])
    await mkdir(join(folder, name), { recursive: true })
  for (const name of [...names, '.hidden/a.fits']) await writeFile(join(folder, name), 'x')
  await symlink(folder, join(folder, 'n1/loop'))
  await symlink(join(folder, 'b.fits'), join(folder, 'n1/link.fits'))
  return folder
}

test.each<[string, string[]]>([
  ['*.fits', ['a1.fits', 'a10.fits', 'a2.fits', 'b.fits']],
  ['a?.fits', ['a1.fits', 'a2.fits']],
  ['a[12].fits', ['a1.fits', 'a2.fits']],
  ['a[!1].fits', ['a2.fits']],
  ['[!a]*.fits', ['b.fits']],
  ['a[0-9]*.fits', ['a1.fits', 'a10.fits', 'a2.fits']],
  ['.*.fits', ['.a.fits']],
  ['n?/a.fits', ['n1/a.fits', 'n]/a.fits']],
  ['n*/*.fits', ['n1/a.fits', 'n1/link.fits', 'n1/x(1)+.fits', 'n]/a.fits']],
  ['n1/x(1)+*', ['n1/x(1)+.fits']],
  ['./n1/../a1*', ['a1.fits', 'a10.fits']],
  ['**/a.fits', ['n1/a.fits', 'n2/deep/a.fits', 'n]/a.fits']],
  ['n2/**/*.fits', ['n2/deep/a.fits']],
  ['b.fits/*', []],
  ['no*', []],
  ['[', []],
])('%s', async (pattern, expected) => {
  const folder = await prepared()
  const found = await filesFitting(pattern, folder)
  expect(found.map((path) => path.slice(folder.length + 1))).toEqual(expected)
  expect(await filesFitting(join(folder, pattern), '/')).toEqual(found)
})

test('what may stand for several files has such a character', () => {
  expect(['a*', '?.fits', '[ab]'].map(isPattern)).toEqual([true, true, true])
  expect(['a.fits', 'a(1)].fits'].map(isPattern)).toEqual([false, false])
})
