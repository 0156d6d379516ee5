import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FolderSync } from '../src/folder-sync.js'

test('those who ask while a folder is put on disk wait for the next time, together', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'folder-sync-'))
  const disk = new FolderSync()
  const first = disk.sync(folder)
  const second = disk.sync(folder)
  expect(disk.sync(folder)).toBe(second)
  expect(second).not.toBe(first)
  expect(disk.sync(tmpdir())).not.toBe(second)
  await first
  // The second is under way by now: what was named since then is not in it.
  const third = disk.sync(folder)
  expect(third).not.toBe(second)
  await Promise.all([second, third])
  expect(disk.sync(folder)).not.toBe(third)
  await disk.sync(folder)
  await rm(folder, { recursive: true })
})

test('a folder that is gone stops nobody', async () => {
  await new FolderSync().sync(join(tmpdir(), 'folder-sync-that-is-not-there'))
})
