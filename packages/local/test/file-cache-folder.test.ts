import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type FileCacheFolder, fileCacheFolder } from '../src/file-cache-folder.js'
import { cachedPath, loadingPath } from '../src/file-cache-paths.js'

let root: string
let folder: FileCacheFolder

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'folder-'))
  folder = fileCacheFolder(root)
})

afterEach(() => rm(root, { recursive: true }))

it('makes what was loaded a file', () => {
  folder.create('token')
  expect(() => folder.create('token')).toThrow(/EEXIST/)
  writeFileSync(join(loadingPath(root), 'token'), 'bytes')
  expect([folder.writtenOf('token'), folder.sizeOf('key')]).toEqual([5, undefined])
  folder.publish('token', 'key')
  folder.sync()
  expect([folder.writtenOf('token'), folder.sizeOf('key')]).toEqual([0, 5])
  expect(folder.list()).toEqual({ keys: ['key'], tokens: [] })
  expect(readFileSync(join(cachedPath(root), 'key'), 'utf8')).toBe('bytes')
  folder.remove('key')
  folder.remove('key')
  expect(folder.list()).toEqual({ keys: [], tokens: [] })
})

it('frees the bytes of what is given up, even while it is open and for reading only', async () => {
  folder.create('token')
  const file = await open(join(loadingPath(root), 'token'), 'r+')
  await file.write('bytes')
  await file.chmod(0o444)
  folder.discard('token')
  expect(await file.stat()).toMatchObject({ size: 0, nlink: 0 })
  await file.close()
  folder.discard('token')
})

it('removes whatever lies where its files are', () => {
  mkdtempSync(join(cachedPath(root), 'stray-'))
  mkdtempSync(join(loadingPath(root), 'stray-'))
  const { keys, tokens } = folder.list()
  expect(folder.sizeOf(keys[0] ?? '')).toBeUndefined()
  folder.remove(keys[0] ?? '')
  folder.discard(tokens[0] ?? '')
  expect(folder.list()).toEqual({ keys: [], tokens: [] })
})

it('tells what is free', () => {
  expect(folder.free()).toBeGreaterThan(0)
  expect(folder.free()).toBeLessThan(2 ** 50)
})
