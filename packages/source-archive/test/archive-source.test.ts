import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import {
  bytesOf,
  drain,
  expectBytes,
  failureOf,
  file,
  md5,
  pattern,
  principal,
  SECRET_TOKEN,
  status,
  World,
} from './world.js'

const small = pattern(5000)
const large = pattern(300_000)

describe('the name of a file', () => {
  test.each(['frame-e91', 'frame-e91.fits', 'frame-e91.fits.fz', 'frame-e91.FITS'])('may be %s', async (name) => {
    const world = await World.create()
    world.add('frame-e91', small)
    expectBytes(await bytesOf(world.source(), name), small)
  })

  test('may have its extension in the archive, too', async () => {
    const world = await World.create()
    world.add('frame.fits.fz', small)
    expectBytes(await bytesOf(world.source(), 'frame.fits.fz'), small)
    expect(world.archive.requests.map(({ url }) => url)).toEqual([
      '/api/frames/?basename_exact=frame',
      '/api/frames/?basename_exact=frame.fits.fz',
    ])
  })

  test('is looked for among whatever the archive answers', async () => {
    const world = await World.create()
    for (const name of ['frame-2', 'a-frame', 'frame.fits.fz', 'frame']) world.add(name, new TextEncoder().encode(name))
    const all = { results: [null, 7, ...world.frames] }
    world.archive.faults.push((_, response) => response.end(JSON.stringify(all)))
    expect(new TextDecoder().decode(await bytesOf(world.source(), 'frame'))).toBe('frame')
    world.archive.faults.push((_, response) => response.end(JSON.stringify(all)))
    expect(new TextDecoder().decode(await bytesOf(world.source(), 'frame.fits.fz'))).toBe('frame.fits.fz')
  })

  test('is one value of the query, whatever it is', async () => {
    const world = await World.create()
    world.add('a&b=c #é/../d', small, {}, { url: world.store.url('/odd') })
    world.files.set('/odd', { bytes: small })
    expectBytes(await bytesOf(world.source(), 'a&b=c #é/../d'), small)
  })

  test.each(['', '.fits', 'other', 'frame-e9', 'FRAME'])('that is not there: %j', async (name) => {
    const world = await World.create()
    world.add('frame', small)
    await expect(world.source().open(file(name), { principal })).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      audience: 'user',
      retryable: false,
      message: expect.stringContaining('not visible to you'),
    })
  })
})

describe('the size', () => {
  test.each([
    ['a file', large, {}],
    ['an empty file', new Uint8Array(), {}],
    ['a file of a store without ranges', large, { ranges: false }],
  ])('of %s is told for its first byte', async (_, bytes, stored) => {
    const world = await World.create()
    world.add('frame', bytes, stored)
    expect(await world.source().size(file('frame'), { principal })).toBe(bytes.length)
    expect(world.store.requests.map(({ headers }) => headers.range)).toEqual(['bytes=0-0'])
  })

  const answers: [string, number, Record<string, string>][] = [
    ['no length', 200, {}],
    ['the length of a compressed body', 200, { 'content-encoding': 'gzip', 'content-length': '3' }],
    ['a part of what has no known length', 206, { 'content-range': 'bytes 0-0/*', 'content-length': '1' }],
    ['no range', 416, {}],
  ]
  test.each(answers)('is not known where a store answers with %s', async (_, code, headers) => {
    const world = await World.create()
    world.add('frame', large)
    world.store.faults.push((__, response) => response.writeHead(code, headers).end(code === 206 ? 'a' : 'abc'))
    expect(await world.source().size(file('frame'), { principal })).toBeUndefined()
  })

  test('is asked for again where that may help, and else fails as opening does', async () => {
    const world = await World.create()
    world.add('frame', large)
    world.store.faults.push((_, response) => response.writeHead(503).end())
    expect(await world.source().size(file('frame'), { principal })).toBe(large.length)
    await expect(world.source().size(file('none'), { principal })).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' })
  })
})

describe('identity', () => {
  test('is the name, and asks nobody', async () => {
    const world = await World.create()
    world.add('frame', small)
    const source = world.source()
    expect(await source.identify(file('frame.fits'), { principal })).toBe('frame.fits')
    expect(world.archive.requests).toEqual([])
    const opened = await source.open(file('frame.fits'), { principal })
    expect(opened.identity).toBe('frame.fits')
    await opened.close()
  })

  const versions = [
    { id: 1, key: 'k1', md5: md5(large), created: '2026-01-01T00:00:00Z' },
    { id: 2, key: 'k2', md5: md5(small), created: '2026-02-01T00:00:00Z' },
  ]
  test.each([
    [versions, `md5:${md5(small)}`],
    [[...versions].reverse(), `md5:${md5(small)}`],
    [[{ id: 3, key: 'k3' }, { id: 4 }], 'key:k3'],
    [[{ id: 4, md5: '' }], 'id:4'],
  ])('may be the newest version of %j', async (version_set, identity) => {
    const world = await World.create()
    world.add('frame', small, {}, { version_set })
    const source = world.source({ identity: 'version' })
    expect(await source.identify(file('frame'), { principal })).toBe(identity)
    const opened = await source.open(file('frame'), { principal })
    expect(opened.identity).toBe(identity)
    expectBytes(await drain(opened), small)
  })

  test.each([undefined, null, [], 'none', [3]])('by version fails where there are none: %j', async (version_set) => {
    const world = await World.create()
    world.add('frame', small, {}, { version_set })
    await expect(world.source({ identity: 'version' }).identify(file('frame'), { principal })).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      retryable: false,
      message: expect.stringContaining("identity 'basename'"),
    })
    expectBytes(await bytesOf(world.source(), 'frame'), small)
  })

  test('by version tells of a missing file', async () => {
    const world = await World.create()
    const identify = world.source({ identity: 'version' }).identify(file('frame'), { principal })
    await expect(identify).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' })
  })
})

describe('with credentials, a file', () => {
  const as = (id: string) => ({ principal: { id } })
  const tokens: Record<string, string> = { ada: 'token-of-ada', bob: 'token-of-bob', eve: 'token-of-ada' }
  const credentials = ({ id }: { id: string }) => tokens[id]

  async function worldOfAda() {
    const world = await World.create()
    world.add('frame', small, {}, { readers: ['token-of-ada'] })
    return world
  }

  test.each(['basename', 'version'] as const)(
    'known by %s is not there for whom it is not shown to',
    async (identity) => {
      const world = await worldOfAda()
      const source = world.source({ credentials, identity })
      expect(await source.identify(file('frame'), as('ada'))).toMatch(identity === 'basename' ? /^frame$/ : /^md5:/)
      const hidden = await failureOf(source.identify(file('frame'), as('bob')))
      const missing = await failureOf(source.identify(file('fname'), as('bob')))
      expect(hidden).toMatchObject({ code: 'SOURCE_NOT_FOUND', audience: 'user', retryable: false })
      expect(hidden.message.replace('frame', 'fname')).toBe(missing.message)
      expect([hidden.code, hidden.details]).toEqual([missing.code, missing.details])
      await expect(source.identify(file('frame'), as('nobody'))).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' })
      world.archive.faults.push(status(403))
      expect((await failureOf(source.identify(file('frame'), as('bob')))).message).toBe(hidden.message)
    },
  )

  test('that was shown is not asked for again for a minute, by nobody of this token', async () => {
    const world = await worldOfAda()
    let now = 1
    const source = world.source({ credentials, now: () => now })
    const shown = async (id: string) => {
      await source.identify(file('frame'), as(id))
      return world.archive.requests.length
    }
    expect(await shown('ada')).toBe(1)
    now = 60_001
    expect(await shown('ada')).toBe(1)
    expect(await shown('eve')).toBe(1)
    await expect(shown('bob')).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' })
    expect(world.archive.requests).toHaveLength(2)
    now = 60_002
    expect(await shown('ada')).toBe(3)
    world.frames.length = 0
    now = 130_000
    await expect(shown('ada')).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' })
  })

  test('that was opened has been shown', async () => {
    const world = await worldOfAda()
    const source = world.source({ credentials })
    await (await source.open(file('frame'), as('ada'))).close()
    await source.identify(file('frame'), as('ada'))
    expect(world.archive.requests).toHaveLength(1)
  })

  test('that was not there is asked for again', async () => {
    const world = await worldOfAda()
    const source = world.source({ credentials })
    await expect(source.identify(file('later'), as('ada'))).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' })
    world.add('later', small)
    expect(await source.identify(file('later'), as('ada'))).toBe('later')
  })

  test('of a new token is asked for anew', async () => {
    const world = await worldOfAda()
    let token = 'token-of-ada'
    const source = world.source({ credentials: () => token })
    expect(await source.identify(file('frame'), as('ada'))).toBe('frame')
    token = 'token-of-bob'
    await expect(source.identify(file('frame'), as('ada'))).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' })
  })

  test('is asked for again where that may help, and not any more when that is given up', async () => {
    const world = await worldOfAda()
    const source = world.source({ credentials })
    world.archive.faults.push(status(503), status(401))
    await expect(source.identify(file('frame'), as('ada'))).rejects.toMatchObject({
      code: 'SOURCE_FORBIDDEN',
      message: expect.stringContaining('Log in there again'),
    })
    const aborted = { ...as('ada'), signal: AbortSignal.abort() }
    await expect(source.identify(file('frame'), aborted)).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('a token', () => {
  test('is asked for the principal, and sent to the archive alone', async () => {
    const world = await World.create()
    world.add('frame', small)
    const asked: unknown[] = []
    const credentials = async (who: unknown) => {
      asked.push(who)
      return SECRET_TOKEN
    }
    await bytesOf(world.source({ credentials }), 'frame')
    expect(asked).toEqual([principal])
    expect(world.archive.requests[0]?.headers.authorization).toBe(`Token ${SECRET_TOKEN}`)
    expect(world.store.requests[0]?.headers.authorization).toBeUndefined()
  })

  test('is sent with files that the archive serves itself', async () => {
    const world = await World.create()
    world.add('frame', small, {}, { url: world.archive.url('/files/frame') })
    let sent: string | undefined
    const listing = (_: unknown, response: ServerResponse) =>
      void response.end(JSON.stringify({ results: world.frames }))
    world.archive.faults.push(listing, (request, response) => {
      sent = request.headers.authorization
      response.end(small)
    })
    expectBytes(await bytesOf(world.source({ credentials: () => SECRET_TOKEN }), 'frame'), small)
    expect(sent).toBe(`Token ${SECRET_TOKEN}`)
  })

  test.each([undefined, ''])('is not needed: %j', async (token) => {
    const world = await World.create()
    world.add('frame', small)
    await bytesOf(world.source({ credentials: () => token }), 'frame')
    expect(world.archive.requests[0]?.headers).not.toHaveProperty('authorization')
  })
})

describe('a download', () => {
  test.each([
    ['without ranges', { ranges: false }],
    ['without an ETag', { etag: undefined }],
    ['with a weak ETag', { etag: 'W/"1"' }],
    ['with an ETag that is not its MD5', { etag: '"abc-12"' }],
  ])('of a file %s leaves nothing behind', async (_, stored) => {
    const world = await World.create()
    world.add('frame', large, stored as object)
    const opened = await world.source().open(file('frame'), { principal })
    expect(opened.size).toBe(large.length)
    const end = new Uint8Array(10)
    expect(await opened.read(large.length - 4, end)).toBe(4)
    expect(end.subarray(0, 4)).toEqual(large.subarray(-4))
    expect(await opened.read(large.length, end)).toBe(0)
    await expect(opened.read(-1, end)).rejects.toThrow(TypeError)
    expectBytes(await drain(opened), large)
    await opened.close()
    await expect(opened.read(0, end)).rejects.toThrow('This source is closed')
  })

  test('of an empty file', async () => {
    const world = await World.create()
    world.add('frame', new Uint8Array())
    expectBytes(await bytesOf(world.source(), 'frame'), new Uint8Array())
  })

  test('without a length', async () => {
    const world = await World.create()
    world.add('frame', large)
    world.store.faults.push((_, response) => {
      response.write(large.subarray(0, 1000))
      response.end(large.subarray(1000))
    })
    expectBytes(await bytesOf(world.source(), 'frame'), large)
  })

  test.each([['told'], ['not told']])('of too many bytes, their number %s, is refused', async (told) => {
    const world = await World.create()
    world.add('frame', large)
    world.store.faults.push((_, response) => {
      response.writeHead(200, told === 'told' ? { 'content-length': large.length } : {})
      response.end(large)
    })
    await expect(world.source({ maxBytes: 1000 }).open(file('frame'), { principal })).rejects.toMatchObject({
      code: 'DATALAB_TOO_LARGE',
      audience: 'user',
      retryable: false,
    })
    world.add('small', small)
    await expect(world.source({ maxBytes: 1000 }).open(file('small'), { principal })).rejects.toMatchObject({
      code: 'DATALAB_TOO_LARGE',
    })
  })
})
