import type { FileHandle } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { EarlySync } from '../src/early-sync.js'
import { deferred } from './lab.js'

const MIB = 2 ** 20

/** A file that notes what is asked of it, whose early syncs end when they are told to. */
function noted() {
  const calls: string[] = []
  const early = deferred<Error | undefined>()
  const file = {
    async datasync() {
      calls.push('datasync')
      const error = await early.promise
      if (error !== undefined) throw error
      calls.push('on disk')
    },
    async sync() {
      calls.push('sync')
    },
  }
  return { calls, early, disk: new EarlySync(file as unknown as FileHandle) }
}

test('a small file goes to disk once, at the end', async () => {
  const { calls, disk } = noted()
  for (let i = 0; i < 7; i++) disk.wrote(MIB)
  await disk.end()
  expect(calls).toEqual(['sync'])
})

test('a large one goes there while it is written, one part at a time, and wholly at the end', async () => {
  const { calls, disk, early } = noted()
  for (let i = 0; i < 100; i++) disk.wrote(MIB)
  expect(calls).toEqual(['datasync'])
  const end = disk.end()
  early.resolve(undefined)
  await end
  expect(calls).toEqual(['datasync', 'on disk', 'sync'])
})

test('what goes wrong meanwhile is told at the end', async () => {
  const { calls, disk, early } = noted()
  disk.wrote(8 * MIB)
  early.resolve(new Error('the disk is broken'))
  await expect(disk.end()).rejects.toThrow('the disk is broken')
  expect(calls).toEqual(['datasync'])
})
