import { AbortedError } from '@datalab/core'
import { describe, expect, test, vi } from 'vitest'
import { ArchiveSource } from '../src/index.js'
import { failureOf, file, type Handler, pattern, principal, status, World } from './world.js'

const bytes = pattern(300_000)

async function worldWithFile(stored = {}): Promise<World> {
  const world = await World.create()
  world.add('frame', bytes, stored)
  return world
}

const silent: Handler = () => {}
const halfOf =
  (code: number, headers: Record<string, string>): Handler =>
  (_, response) => {
    response.writeHead(code, headers)
    response.write('{')
  }
const half = halfOf(200, { 'content-length': '1000' })

describe('an abort ends', () => {
  test('what has not begun', async () => {
    const world = await worldWithFile()
    const failure = await failureOf(world.source().open(file('frame'), { principal, signal: AbortSignal.abort() }))
    expect(failure).toMatchObject({ code: 'DATALAB_ABORTED', name: 'AbortError', retryable: true })
    expect(world.archive.requests).toEqual([])
  })

  test('the wait for credentials', async () => {
    const world = await worldWithFile()
    const controller = new AbortController()
    const credentials = () => {
      queueMicrotask(() => controller.abort())
      return new Promise<undefined>(() => {})
    }
    const opened = world.source({ credentials }).open(file('frame'), { principal, signal: controller.signal })
    expect(await failureOf(opened)).toMatchObject({ code: 'DATALAB_ABORTED' })
  })

  test.each([
    ['the wait for the archive', 'archive', silent],
    ['the answer of the archive', 'archive', half],
    ['the wait for the store', 'store', silent],
    ['a download', 'store', half],
    ['the first part of a file', 'store', halfOf(206, { 'content-range': 'bytes 0-65535/300000', etag: '"x"' })],
  ] as const)('%s', async (_, place, fault) => {
    const world = await worldWithFile()
    if (place === 'store') Object.assign(world.frames[0] ?? {}, { version_set: [] })
    const controller = new AbortController()
    world[place].faults.push(fault)
    const opened = failureOf(world.source().open(file('frame'), { principal, signal: controller.signal }))
    await vi.waitFor(() => expect(world[place].requests).toHaveLength(1), { interval: 1 })
    const closed = new Promise((resolve) => world[place].requests[0]?.socket.once('close', resolve))
    const reason = new AbortedError('enough')
    controller.abort(reason)
    expect(await opened).toBe(reason)
    await closed
  })

  test('the delay before another attempt', async () => {
    const world = await worldWithFile()
    const controller = new AbortController()
    world.archive.faults.push(status(500))
    const wait = (ms: number, signal?: AbortSignal): Promise<void> => {
      if (ms !== 500) return world.clock.wait(ms, signal)
      queueMicrotask(() => controller.abort())
      return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    }
    const failure = failureOf(world.source({ wait }).open(file('frame'), { principal, signal: controller.signal }))
    expect(await failure).toMatchObject({ code: 'DATALAB_ABORTED' })
    expect(world.archive.requests).toHaveLength(1)
  })

  test('the real delay before another attempt', async () => {
    const world = await worldWithFile()
    const controller = new AbortController()
    world.archive.faults.push(status(500, { 'retry-after': '50' }))
    const source = new ArchiveSource({ baseUrl: world.archive.url('/api') })
    const failure = failureOf(source.open(file('frame'), { principal, signal: controller.signal }))
    await vi.waitFor(() => expect(world.archive.requests).toHaveLength(1), { interval: 1 })
    controller.abort()
    expect(await failure).toMatchObject({ code: 'DATALAB_ABORTED' })
  })

  test('a read by ranges, and each one after it', async () => {
    const world = await worldWithFile()
    const controller = new AbortController()
    const opened = await world.source().open(file('frame'), { principal, signal: controller.signal })
    world.store.faults.push(silent)
    const read = failureOf(opened.read(100_000, new Uint8Array(10)))
    await vi.waitFor(() => expect(world.store.requests).toHaveLength(2), { interval: 1 })
    controller.abort()
    expect(await read).toMatchObject({ code: 'DATALAB_ABORTED' })
    expect(await failureOf(opened.read(100_000, new Uint8Array(10)))).toMatchObject({ code: 'DATALAB_ABORTED' })
    expect(world.store.requests).toHaveLength(2)
    await opened.close()
  })

  test('a request whose `fetch` knows nothing of it', async () => {
    const world = await worldWithFile()
    const controller = new AbortController()
    const deaf: typeof fetch = (input) => {
      queueMicrotask(() => controller.abort())
      return fetch(input)
    }
    const opened = world.source({ fetch: deaf }).open(file('frame'), { principal, signal: controller.signal })
    expect(await failureOf(opened)).toMatchObject({ code: 'DATALAB_ABORTED' })
  })
})

test('a long-lived signal keeps no listeners', async () => {
  const world = await worldWithFile({ ranges: false })
  const { signal } = new AbortController()
  const add = vi.spyOn(signal, 'addEventListener')
  const remove = vi.spyOn(signal, 'removeEventListener')
  const opened = await world.source().open(file('frame'), { principal, signal })
  await opened.close()
  for (const [type, listener] of add.mock.calls)
    expect(remove.mock.calls.some(([name, one]) => name === type && one === listener)).toBe(true)
})
