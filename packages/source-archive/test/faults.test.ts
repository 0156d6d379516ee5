import { describe, expect, test, vi } from 'vitest'
import {
  bytesOf,
  expectBytes,
  failureOf,
  file,
  type Handler,
  json,
  pattern,
  principal,
  status,
  TestClock,
  type TestServer,
  World,
} from './world.js'

const bytes = pattern(200_000)
const places = ['archive', 'store'] as const

async function worldWithFile(stored = {}): Promise<World> {
  const world = await World.create()
  world.add('frame', bytes, stored)
  return world
}

const open = (world: World, options = {}) => failureOf(world.source(options).open(file('frame'), { principal }))

const cutHeaders: Handler = (request) => request.socket.destroy()

/** Sends the beginning of a body, and then closes the connection. */
const cutBody: Handler = (_, response) => {
  response.writeHead(200, { 'content-length': 1000 })
  response.write('{"results":[')
  setImmediate(() => response.socket?.destroy())
}

const cutChunked: Handler = (_, response) => {
  response.write('{"results":[')
  setImmediate(() => response.socket?.destroy())
}

const shortBody: Handler = (_, response) => {
  response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n{"results":[]}')
}

const nonsense: Handler = (_, response) => void response.socket?.end('SSH-2.0-OpenSSH_9.9\r\n')

describe.each(places)('of the %s, a request is tried again', (place) => {
  test.each([
    ['500', status(500)],
    ['502', status(502)],
    ['503', status(503)],
    ['429', status(429)],
    ['a connection cut before the answer', cutHeaders],
    ['a body cut in its middle', cutBody],
    ['a body cut in its middle, whose length was not told', cutChunked],
    ['a body shorter than announced', shortBody],
    ['no HTTP', nonsense],
  ])('after %s', async (_, fault) => {
    const world = await worldWithFile()
    world[place].faults.push(fault, fault)
    expectBytes(await bytesOf(world.source(), 'frame'), bytes)
    expect(world.clock.delays).toEqual([500, 1000])
  })

  test.each([
    ['500', status(500), 'has a problem (500). Try again later.'],
    ['429', status(429), 'is asked too much (429). Try again later.'],
    ['a cut', cutHeaders, 'cannot be reached (UND_ERR_SOCKET)'],
  ])('%s, and fails when that does not help', async (_, fault, message) => {
    const world = await worldWithFile()
    world[place].faults.push(fault, fault, fault)
    expect(await open(world, { retries: 2 })).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      audience: 'user',
      retryable: true,
      message: expect.stringContaining(message),
      details: { host: world[place].host },
    })
    expect(world[place].requests).toHaveLength(3)
  })

  test('after a time limit, before and within the answer', async () => {
    const world = await worldWithFile()
    const silent: Handler = () => {}
    const stalled: Handler = (_, response) => {
      response.writeHead(200, { 'content-length': 1000 })
      response.write('{')
    }
    for (const fault of [silent, stalled]) await expireIn(world, world[place], fault)
    expect(world.clock.delays).toEqual([500, 500])
  })
})

async function expireIn(world: World, server: TestServer, fault: Handler): Promise<void> {
  server.faults.push(fault)
  const already = server.requests.length
  const answers: string[] = []
  const watched: typeof fetch = async (...parameters) => {
    const response = await fetch(...parameters)
    answers.push(String(parameters[0]))
    return response
  }
  const opened = world.source({ retries: 0, fetch: watched }).open(file('frame'), { principal })
  const failure = failureOf(opened)
  await vi.waitFor(() => expect(server.requests.length).toBe(already + 1), { interval: 1 })
  if (fault.length > 0) await vi.waitFor(() => expect(answers.at(-1)).toContain(server.host), { interval: 1 })
  await world.clock.expire()
  expect((await failure).message).toContain(`sent nothing for ${TestClock.TIMEOUT_MS / 1000} s`)
  // The same, and then the answer as it should be.
  server.faults.push(fault)
  const again = bytesOf(world.source({ retries: 1 }), 'frame')
  await vi.waitFor(() => expect(server.requests.length).toBe(already + 2), { interval: 1 })
  await world.clock.expire()
  expectBytes(await again, bytes)
}

describe('Retry-After', () => {
  test.each([
    ['7', 7500],
    ['0', 500],
    ['nonsense', 500],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 500],
  ])('%s is respected', async (value, delay) => {
    const world = await worldWithFile()
    world.archive.faults.push(status(429, { 'retry-after': value }))
    expectBytes(await bytesOf(world.source(), 'frame'), bytes)
    expect(world.clock.delays).toEqual([delay])
  })

  test('may be a date', async () => {
    const world = await worldWithFile()
    const date = new Date(Date.now() + 30_000).toUTCString()
    world.archive.faults.push(status(503, { 'retry-after': date }))
    await bytesOf(world.source(), 'frame')
    expect(world.clock.delays[0]).toBeGreaterThan(20_000)
    expect(world.clock.delays[0]).toBeLessThan(31_000)
  })

  test('is not waited for when it is long', async () => {
    const world = await worldWithFile()
    world.archive.faults.push(status(429, { 'retry-after': '3600' }))
    expect(await open(world)).toMatchObject({ retryable: true, details: { status: 429, retryAfterMs: 3_600_000 } })
    expect(world.clock.delays).toEqual([])
  })
})

describe.each(places)('of the %s, the status', (place) => {
  test.each([
    [401, 'SOURCE_FORBIDDEN', 'Log in there again.'],
    [403, 'SOURCE_FORBIDDEN', 'ask its owner for access'],
    [404, 'SOURCE_NOT_FOUND', 'Check its name'],
    [410, 'SOURCE_NOT_FOUND', 'Check its name'],
    [400, 'SOURCE_UNAVAILABLE', 'refuses the request (400)'],
    [204, 'SOURCE_UNAVAILABLE', 'refuses the request (204)'],
    [304, 'SOURCE_UNAVAILABLE', 'refuses the request (304)'],
  ])('%i is final', async (code, error, message) => {
    const world = await worldWithFile()
    world[place].faults.push(status(code))
    const failure = await open(world)
    expect(failure).toMatchObject({ code: error, retryable: false, message: expect.stringContaining(message) })
    expect(failure.message).toContain(world[place].host)
    expect(world[place].requests).toHaveLength(1)
  })
})

describe('the archive answers with', () => {
  test.each([
    ['no JSON', '<html>down for maintenance</html>', true],
    ['half of a JSON', '{"results":[', true],
    ['another JSON', '{"detail":"hello"}', true],
    ['null', 'null', true],
    ['a frame without an address', '{"results":[{"basename":"frame","url":null}]}', false],
    ['a frame whose address is none', '{"results":[{"basename":"frame","url":"//"}]}', false],
  ])('%s', async (_, body, retryable) => {
    const world = await worldWithFile()
    world.archive.faults.push((_request, response) => response.end(body))
    expect(await open(world, { retries: 0 })).toMatchObject({ code: 'SOURCE_UNAVAILABLE', retryable })
  })

  test('a huge JSON, which is not read to its end', async () => {
    const world = await worldWithFile()
    let sent = 0
    world.archive.faults.push((_, response) => {
      const chunk = ' '.repeat(65_536)
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length
      }
      response.on('drain', more)
      more()
    })
    expect(await open(world)).toMatchObject({ code: 'SOURCE_UNAVAILABLE', retryable: false })
    expect(sent).toBeLessThan(32 * 2 ** 20)
  })

  test('frames of other names alone', async () => {
    const world = await worldWithFile()
    world.archive.faults.push((_, response) => json(response, { results: [{ basename: 'frame-2', url: 'x' }] }))
    expect(await open(world)).toMatchObject({ code: 'SOURCE_NOT_FOUND' })
  })
})

describe('bytes that are not those of the archive', () => {
  const wrong = pattern(200_000, 9)

  test.each([
    ['by download', { ranges: false }],
    ['by ranges', {}],
  ])('are not given, %s', async (_, stored) => {
    const world = await worldWithFile()
    world.files.set('/frame', { bytes: wrong, etag: '"wrong"', ...stored })
    expect(await open(world, { retries: 1 })).toMatchObject({
      code: 'SOURCE_CORRUPT',
      audience: 'user',
      retryable: true,
    })
    expect(world.clock.delays).toEqual([500])
  })

  test('are not given of a small file', async () => {
    const world = await World.create()
    world.add('frame', pattern(100))
    world.files.set('/frame', { bytes: pattern(100, 2).reverse() })
    expect(await open(world)).toMatchObject({ code: 'SOURCE_CORRUPT' })
  })

  test('are fetched again', async () => {
    const world = await worldWithFile({ ranges: false })
    world.store.faults.push((_, response) => response.end(wrong))
    expectBytes(await bytesOf(world.source(), 'frame'), bytes)
  })

  test('are not taken when they come in a compression', async () => {
    const world = await worldWithFile()
    world.store.faults.push((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'))
    expect(await open(world)).toMatchObject({ code: 'SOURCE_UNAVAILABLE', retryable: false })
  })
})

test('a length that `fetch` does not check is checked', async () => {
  const world = await worldWithFile({ ranges: false, etag: undefined })
  Object.assign(world.frames[0] ?? {}, { version_set: [] })
  const lying: typeof fetch = async (...parameters) => {
    const response = await fetch(...parameters)
    if (!String(parameters[0]).includes(world.store.host)) return response
    const body = await response.arrayBuffer()
    return new Response(body.slice(0, -1), { headers: response.headers })
  }
  expect(await open(world, { fetch: lying })).toMatchObject({
    code: 'SOURCE_UNAVAILABLE',
    retryable: true,
    message: expect.stringContaining('sent 199999 bytes instead of 200000'),
  })
})

test('a store that is not there', async () => {
  const world = await worldWithFile()
  Object.assign(world.frames[0] ?? {}, { url: 'http://127.0.0.1:9/frame' })
  expect(await open(world, { allowedHosts: ['127.0.0.1:9'] })).toMatchObject({
    code: 'SOURCE_UNAVAILABLE',
    retryable: true,
  })
  expect(world.clock.delays).toHaveLength(3)
})

test('a folder for downloads that is not there fails the job alone', async () => {
  const world = await worldWithFile({ ranges: false })
  expect(await open(world, { scratch: '/nonexistent' })).toMatchObject({ code: 'ENOENT' })
})
