import type { ServerResponse } from 'node:http'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  bytesOf,
  drain,
  expectBytes,
  failureOf,
  file,
  md5,
  pattern,
  principal,
  SIGNATURE,
  status,
  World,
} from './world.js'

const large = pattern(300_000)

async function opened(world: World, options = {}) {
  return world.source(options).open(file('frame'), { principal })
}

test('reads the bytes of every range', async () => {
  const world = await World.create()
  world.add('frame', large)
  const source = await opened(world)
  const range = fc.tuple(fc.integer({ min: 0, max: 310_000 }), fc.integer({ min: 0, max: 100_000 }))
  await fc.assert(
    fc.asyncProperty(range, async ([offset, length]) => {
      const into = new Uint8Array(length)
      const count = await source.read(offset, into)
      expectBytes(into.subarray(0, count), large.subarray(offset, offset + length))
    }),
    { numRuns: 60 },
  )
  await source.close()
})

test('reads what the first answer brought without another', async () => {
  const world = await World.create()
  world.add('frame', large)
  const source = await opened(world)
  await source.read(2880, new Uint8Array(2880))
  expect(world.store.requests).toHaveLength(1)
  await source.read(65_536 - 10, new Uint8Array(20))
  expect(world.store.requests[1]?.headers).toMatchObject({ range: 'bytes=65536-65545', 'if-range': `"${md5(large)}"` })
  await source.close()
})

test('downloads nothing that is larger than may be downloaded', async () => {
  const world = await World.create()
  world.add('frame', large)
  expectBytes(await bytesOf(world.source({ maxBytes: 1000 }), 'frame'), large)
})

test('a file that is replaced between reads is noticed, whether the store knows If-Range or not', async () => {
  const other = pattern(300_000, 2)
  for (const replace of [
    (world: World) => world.files.set('/frame', { bytes: other, etag: '"other"' }),
    (world: World) => world.files.set('/frame', { bytes: other, etag: '"other"', ranges: false }),
    (world: World) => world.files.set('/frame', { bytes: large.subarray(0, 10), etag: '"other"' }),
    (world: World) => world.files.set('/frame', { bytes: pattern(300_001), etag: `"${md5(large)}"` }),
    (world: World) => world.store.faults.push(part(other, '"other"')),
    (world: World) => world.store.faults.push(part(other, undefined)),
    (world: World) => world.store.faults.push(status(416)),
  ]) {
    const world = await World.create()
    world.add('frame', large)
    const source = await opened(world)
    replace(world)
    expect(await failureOf(drain(source))).toMatchObject({ code: 'SOURCE_CHANGED', audience: 'user', retryable: true })
    expect(world.clock.delays).toEqual([])
  }
})

test.each([
  ['another part', 'bytes 0-234463/300000', 234_464],
  ['fewer bytes', 'bytes 65536-299999/300000', 1000],
  ['more bytes', 'bytes 65536-299999/300000', 234_465],
  ['no range', 'bytes */300000', 234_464],
])('an answer with %s is not believed', async (what, contentRange, length) => {
  const world = await World.create()
  world.add('frame', large)
  const source = await opened(world)
  world.store.faults.push((_, response) => {
    response.writeHead(206, { etag: `"${md5(large)}"`, 'content-range': contentRange })
    response.end(pattern(length, 3))
  })
  if (what === 'no range') expect(await failureOf(drain(source))).toMatchObject({ code: 'SOURCE_CHANGED' })
  else expectBytes(await drain(source), large)
})

test('a store that stops sending parts is asked again', async () => {
  const world = await World.create()
  world.add('frame', large)
  const source = await opened(world)
  world.files.set('/frame', { bytes: large, etag: `"${md5(large)}"`, ranges: false })
  expect(await failureOf(drain(source))).toMatchObject({ code: 'SOURCE_UNAVAILABLE', retryable: true })
  expect(world.clock.delays).toEqual([500, 1000, 2000])
})

test('an address that is not good any more is looked up again', async () => {
  const world = await World.create()
  world.add('frame', large)
  const source = await opened(world)
  world.store.faults.push(status(403))
  Object.assign(world.frames[0] ?? {}, { url: world.store.url(`/frame?again&${SIGNATURE}`) })
  expectBytes(await drain(source), large)
  expect(world.store.requests.at(-1)?.url).toContain('again')
})

test('a read fails when the file may not be read any more', async () => {
  const world = await World.create()
  world.add('frame', large)
  const source = await opened(world)
  world.store.faults.push(status(403), status(403))
  expect(await failureOf(drain(source))).toMatchObject({ code: 'SOURCE_FORBIDDEN' })
})

test('closing ends reads, and reading after it fails', async () => {
  const world = await World.create()
  world.add('frame', large)
  const source = await opened(world)
  const asked = new Promise<void>((resolve) => world.store.faults.push(() => resolve()))
  const read = failureOf(source.read(100_000, new Uint8Array(10)))
  await asked
  await source.close()
  await source.close()
  expect((await read).message).toContain('This source is closed')
  expect((await failureOf(source.read(0, new Uint8Array(1)))).message).toContain('This source is closed')
})

function part(bytes: Uint8Array, etag: string | undefined) {
  return (_: unknown, response: ServerResponse) => {
    const headers = { 'content-range': 'bytes 65536-299999/300000', ...(etag === undefined ? {} : { etag }) }
    response.writeHead(206, headers).end(bytes.subarray(65_536))
  }
}
