import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { FileCacheFolder } from '../src/file-cache-folder.js'
import { FileCacheIndex } from '../src/file-cache-index.js'
import type { Connection } from '../src/sqlite-connection.js'
import { indexConnection, MemoryFolder } from './index-lab.js'

const MAX = 100
let folder: string
let files: MemoryFolder
let connection: Connection
let now: number

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'index-'))
  files = new MemoryFolder()
  now = 1000
  connection = indexConnection(join(folder, 'index.sqlite'))
})

afterEach(async () => {
  connection.close()
  await rm(folder, { recursive: true })
})

function newIndex(over: FileCacheFolder = files): FileCacheIndex {
  let tokens = 0
  const surroundings = { now: () => now, newToken: () => `token${tokens++}` }
  return new FileCacheIndex(connection, over, { maxBytes: MAX, minFreeBytes: 0, staleAfter: 30 }, surroundings)
}

/** The end of a process, before or after it has done something to a file. */
class Killed extends Error {}

/** A folder that is worked on by a process that is killed at the call of a number. */
function killedAt(number: number, when: 'before' | 'after'): { folder: FileCacheFolder; calls: () => number } {
  let calls = 0
  const guard = <Values extends unknown[]>(work: (...values: Values) => void) => {
    return (...values: Values) => {
      const isLast = calls++ === number
      if (isLast && when === 'before') throw new Killed()
      work.apply(files, values)
      if (isLast) throw new Killed()
    }
  }
  const { sizeOf, writtenOf, list, free, create, publish, sync, remove, discard } = files
  const changing = { create: guard(create), publish: guard(publish), remove: guard(remove), discard: guard(discard) }
  return { folder: { sizeOf, writtenOf, list, free, sync: guard(sync), ...changing }, calls: () => calls }
}

/** All that a process does to files: it loads, deletes, gives up, and finds damage. */
function live(index: FileCacheIndex, owner: string): void {
  const pin = (id: string, key: string, size: number) => index.pin({ id, owner, queue: false }, [{ key, size }])
  const load = (id: string, key: string) => {
    const answer = index.load(id, key, owner)
    if (answer.is === 'load') files.loading.set(answer.token, answer.size)
    return answer.is === 'load' ? answer.token : ''
  }
  pin('1', 'a', 60)
  index.finish('a', load('1', 'a'))
  index.unpin(['1'])
  pin('2', 'b', 70)
  index.fail('b', load('2', 'b'))
  index.finish('b', load('2', 'b'))
  files.cached.set('b', 1)
  index.finish('b', load('2', 'b'))
  pin('3', 'c', 30)
  load('3', 'c')
  index.drop([owner])
}

const killings = (['before', 'after'] as const).flatMap((when) =>
  Array.from({ length: 20 }, (_, number) => ({ number, when })),
)

it.each(killings)('is whole after its process was killed $when it did thing $number to a file', ({ number, when }) => {
  const killed = killedAt(number, when)
  try {
    live(newIndex(killed.folder), 'dead')
    expect(killed.calls()).toBeLessThanOrEqual(number)
  } catch (error) {
    expect(error).toBeInstanceOf(Killed)
  }
  expect(files.bytes).toBeLessThanOrEqual(MAX)
  connection.close()
  connection = indexConnection(join(folder, 'index.sqlite'))
  const index = newIndex()
  index.drop(['dead'])
  index.reconcile()
  const ready = connection.all<{ key: string; size: number; state: string }>('SELECT * FROM files ORDER BY key')
  expect(ready.map(({ key, size }) => [key, size])).toEqual([...files.cached].sort())
  expect(files.loading.size).toBe(0)
  expect(index.usage()).toMatchObject({ pinned: 0, bytes: files.bytes, waiting: 0 })
  live(index, 'alive')
})

it('takes a load from who gives no sign of life, and what comes late from there changes nothing', () => {
  const index = newIndex()
  index.pin({ id: '1', owner: 'frozen', queue: false }, [{ key: 'a', size: 10 }])
  const late = index.load('1', 'a', 'frozen')
  index.pin({ id: '2', owner: 'other', queue: false }, [{ key: 'a' }])
  expect(index.load('2', 'a', 'other')).toEqual({ is: 'wait' })
  now += 31
  const taken = index.load('2', 'a', 'other')
  expect([late, taken]).toMatchObject([{ token: 'token0' }, { token: 'token1' }])
  expect([...files.loading.keys()]).toEqual(['token1'])
  files.loading.set('token0', 10)
  expect(index.finish('a', 'token0')).toBe(false)
  index.fail('a', 'token0')
  files.loading.set('token1', 10)
  expect(index.finish('a', 'token1')).toBe(true)
  expect([...files.cached]).toEqual([['a', 10]])
  expect(files.loading.size).toBe(0)
})

it('takes a time before the system started for long ago', () => {
  const index = newIndex()
  index.greet('before')
  now = 1
  expect(index.owners()).toEqual([{ id: 'before', silent: Number.POSITIVE_INFINITY }])
})

it('keeps nobody waiting for who gives no sign of life', () => {
  const index = newIndex()
  const pin = (id: string, size: number, queue = true) =>
    index.pin({ id, owner: `owner${id}`, queue }, [{ key: id, size }]).is
  expect(pin('1', 60)).toBe('pinned')
  expect(pin('2', 60)).toBe('later')
  expect(pin('3', 10)).toBe('later')
  expect(pin('4', 10, false)).toBe('later')
  now += 31
  expect(pin('3', 10)).toBe('pinned')
  expect(pin('2', 60)).toBe('later')
  index.drop(['owner2'])
  expect(index.usage().waiting).toBe(0)
})

it('tells when a pin is gone', () => {
  const index = newIndex()
  index.pin({ id: '1', owner: 'owner', queue: false }, [{ key: 'a', size: 10 }])
  index.drop(['owner'])
  expect(index.load('1', 'a', 'owner')).toEqual({ is: 'lost' })
})
