import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { answeringStorage } from '../src/answering-storage.js'
import { MemoryStorage, type ObjectStorage } from '../src/index.js'
import { deferred, rejection } from './lab.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const never = () => new Promise<never>(() => {})
const bytes = new TextEncoder().encode('abc')

test('a storage that answers is what it is', async () => {
  const inner = new MemoryStorage()
  const storage = answeringStorage(inner)
  expect([storage.reach, storage.supports]).toEqual([inner.reach, undefined])
  expect(answeringStorage(Object.assign(inner, { supports: { snapshots: false } })).supports).toEqual({
    snapshots: false,
  })
  const { etag } = await storage.put('a/b', bytes, { contentType: 'text/plain' })
  expect(await storage.head('a/b')).toMatchObject({ size: 3, etag })
  expect((await storage.list('a', { limit: 5 })).objects).toHaveLength(1)
  expect(await storage.url('a/b')).toBe(await inner.url('a/b'))
  const source = await storage.open('a/b')
  const into = new Uint8Array(2)
  expect([source?.size, source?.identity, await source?.read(1, into), [...into]]).toEqual([3, etag, 2, [98, 99]])
  await source?.close()
  await storage.delete('a/b')
  expect(await storage.open('a/b')).toBeUndefined()
  expect(vi.getTimerCount()).toBe(0)
})

test.each<[keyof ObjectStorage, (storage: ObjectStorage) => Promise<unknown>, number]>([
  ['head', (storage) => storage.head('a'), 30_000],
  ['open', (storage) => storage.open('a'), 30_000],
  ['list', (storage) => storage.list('a'), 30_000],
  ['url', (storage) => storage.url('a'), 30_000],
  ['put', (storage) => storage.put('a', bytes), 120_000],
  ['delete', (storage) => storage.delete('a'), 120_000],
])('one that hangs is not waited for: %s', async (call, ask, ms) => {
  const failed = rejection(ask(answeringStorage(Object.assign(new MemoryStorage(), { [call]: never }))))
  await vi.advanceTimersByTimeAsync(ms)
  expect(await failed).toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
    retryable: true,
    message: 'The storage of results does not answer now. Try again later.',
    details: { call },
    cause: { message: `${call}: no answer within ${ms} milliseconds` },
  })
})

test('what it opens is not waited for either, and is closed where it comes too late', async () => {
  const inner = new MemoryStorage()
  await inner.put('a', bytes)
  const source = { ...(await inner.open('a')), size: 3, identity: '', read: never, close: vi.fn(async () => {}) }
  const opening = deferred()
  const open = async () => opening.promise.then(() => source)
  const storage = answeringStorage(Object.assign(inner, { open }))
  const late = rejection(storage.open('a'))
  await vi.advanceTimersByTimeAsync(30_000)
  expect(await late).toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
  expect(source.close).not.toHaveBeenCalled()
  opening.resolve()
  await vi.waitFor(() => expect(source.close).toHaveBeenCalledTimes(1))
  const read = rejection((await storage.open('a'))?.read(0, new Uint8Array(1)) as Promise<number>)
  await vi.advanceTimersByTimeAsync(30_000)
  expect(await read).toMatchObject({ code: 'STORAGE_UNAVAILABLE', details: { call: 'read' } })
})
