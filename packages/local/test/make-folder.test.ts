import { existsSync, statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeFolder } from '../src/make-folder.js'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'make-folder-'))
})

afterEach(() => rm(folder, { recursive: true }))

it('makes folders of this user alone, once', async () => {
  await Promise.all([1, 2, 3].map(() => makeFolder(join(folder, 'a/b/c'))))
  for (const made of ['a', 'a/b', 'a/b/c']) expect(statSync(join(folder, made)).mode & 0o777).toBe(0o700)
  await makeFolder(join(folder, 'a/b/c'))
})

it('fails where a file is in the way', async () => {
  await writeFile(join(folder, 'a'), '')
  await expect(makeFolder(join(folder, 'a/b/c'))).rejects.toMatchObject({ code: 'ENOTDIR' })
})

it('fails where no folder can be made', { skip: !existsSync('/proc') }, async () => {
  await expect(makeFolder('/proc/a/b')).rejects.toMatchObject({ code: 'ENOENT' })
})
