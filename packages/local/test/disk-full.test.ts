import { readdirSync } from 'node:fs'
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cachedSource, FileCache } from '../src/index.js'
import { contentsOf, context, FarSource, reserved } from './sources.js'

let folder: string
let cache: FileCache
let far: FarSource
let restore: () => void

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'disk-full-'))
  cache = new FileCache({ folder, maxBytes: 1000, chunkBytes: 100 })
  far = new FarSource()
  restore = () => {}
})

afterEach(async () => {
  restore()
  await cache.close()
  await rm(folder, { recursive: true })
})

/** Lets a call of open files fail after some that did not. */
async function failing(name: 'write' | 'sync', code: string, after = 0): Promise<void> {
  const probe = await open(folder, 'r')
  const handles = Object.getPrototypeOf(probe) as Pick<FileHandle, 'write' | 'sync'>
  await probe.close()
  const call = handles[name] as (...values: unknown[]) => Promise<unknown>
  let left = after
  const failed = function (this: unknown, ...values: unknown[]) {
    if (left-- > 0) return call.apply(this, values)
    return Promise.reject(Object.assign(new Error(`${code}: no`), { code }))
  }
  Object.assign(handles, { [name]: failed })
  restore = () => Object.assign(handles, { [name]: call })
}

async function leavesNothing(): Promise<void> {
  expect(await cache.usage()).toEqual({ bytes: 0, files: 0, pinned: 0, waiting: 0 })
  expect([...readdirSync(join(folder, 'cached')), ...readdirSync(join(folder, 'loading'))]).toEqual([])
}

describe('a disk that is full in spite of what it says', () => {
  it.each(['ENOSPC', 'EDQUOT'])('(%s) lets a file be read from its source', async (code) => {
    await failing('write', code, 2)
    const file = far.add('a', 300)
    const opened = await cachedSource(far, cache).open(file, context)
    expect(opened.path).toBeUndefined()
    expect(await contentsOf(opened)).toEqual(far.bytesOf(file))
    await opened.close()
    expect(far.closed).toBe(far.opened)
    await leavesNothing()
  })

  it('fails where the source gives no parts, and the next try may do', async () => {
    await failing('sync', 'ENOSPC')
    const source = cachedSource(far, cache, { ranges: false })
    const file = far.add('a', 300)
    await expect(source.open(file, context)).rejects.toMatchObject({ code: 'CACHE_FULL', retryable: true })
    await leavesNothing()
    restore()
    await (await source.open(file, context)).close()
    expect(await cache.usage()).toMatchObject({ bytes: 300 })
  })

  it('keeps the room of a reservation', async () => {
    const source = cachedSource(far, cache)
    const file = far.add('a', 300)
    const reservation = await reserved(source, [file])
    await failing('write', 'ENOSPC')
    await (await source.open(file, context)).close()
    expect(await cache.usage()).toMatchObject({ bytes: 300, pinned: 1 })
    await reservation.release()
    await leavesNothing()
  })
})

it('says so when the disk is broken', async () => {
  await failing('write', 'EIO')
  const opening = cachedSource(far, cache).open(far.add('a', 300), context)
  await expect(opening).rejects.toMatchObject({ code: 'CACHE_UNAVAILABLE', retryable: true })
  await leavesNothing()
})
