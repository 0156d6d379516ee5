import { inspect } from 'node:util'
import { serializeError } from '@datalab/core'
import { describe, expect, test } from 'vitest'
import {
  bytesOf,
  expectBytes,
  failureOf,
  file,
  type Handler,
  json,
  md5,
  pattern,
  principal,
  SECRET_TOKEN,
  SIGNATURE,
  status,
  TestServer,
  World,
} from './world.js'

const bytes = pattern(200_000)
const credentials = () => SECRET_TOKEN

async function worldWithFile(frame = {}): Promise<World> {
  const world = await World.create()
  world.add('frame', bytes, {}, frame)
  return world
}

const redirect =
  (location: string, code = 302): Handler =>
  (_, response) =>
    void response.writeHead(code, { location }).end('moved')

const open = (world: World, options = {}) =>
  failureOf(world.source({ credentials, ...options }).open(file('frame'), { principal }))

describe('an address', () => {
  test.each([
    ['file:///etc/passwd', "of the kind 'file:'"],
    ['data:application/fits;base64,AAAA', "of the kind 'data:'"],
    ['ftp://127.0.0.1/frame', "of the kind 'ftp:'"],
    ['http://169.254.169.254/latest/meta-data/', 'not among the allowed hosts'],
    ['https://evil.example/frame?token=1', 'lies on evil.example, which is not among'],
    ['http://127.0.0.1:1/frame', 'not among the allowed hosts'],
    ['http://user:pass@HOST/frame', 'carries a user name or a password'],
    ['http://user@HOST/frame', 'carries a user name or a password'],
    ['https://HOST/frame', 'cannot be reached'],
    ['http://127.0.0.1.evil.example/frame', 'not among the allowed hosts'],
    ['http://localhost@evil.example/', 'user name'],
    ['http://store.example/frame', 'http address'],
  ])('%s is not fetched', async (address, message) => {
    const world = await worldWithFile()
    Object.assign(world.frames[0] ?? {}, { url: address.replace('HOST', world.store.host) })
    const failure = await open(world, { allowedHosts: [world.store.host, 'store.example'], retries: 0 })
    expect(failure).toMatchObject({ code: 'SOURCE_UNAVAILABLE', message: expect.stringContaining(message) })
    expect(world.store.requests).toEqual([])
  })

  test('is fetched from the archive alone where the host says nothing', async () => {
    const world = await worldWithFile()
    const failure = await open(world, { allowedHosts: [] })
    expect(failure).toMatchObject({ code: 'SOURCE_UNAVAILABLE', audience: 'developer', retryable: false })
    expect(failure.message).toContain(`lies on ${world.store.host}, which is not among the allowed hosts`)
  })

  test('of http is fetched from other machines where the host says so', async () => {
    const asked: string[] = []
    const fake: typeof fetch = async (input) => {
      asked.push(String(input))
      return new Response(JSON.stringify({ results: [] }))
    }
    const world = await World.create()
    const options = { baseUrl: 'http://archive.example', allowHttp: true, fetch: fake }
    expect(await open(world, options)).toMatchObject({ code: 'SOURCE_NOT_FOUND' })
    expect(asked).toEqual(['http://archive.example/frames/?basename_exact=frame'])
  })
})

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('of status %i to an allowed host is followed', async (code) => {
    const world = await worldWithFile()
    world.store.faults.push(redirect(`/elsewhere?${SIGNATURE}`, code))
    world.files.set('/elsewhere', { bytes, etag: `"${md5(bytes)}"` })
    const opened = await world.source().open(file('frame'), { principal })
    expect(opened.size).toBe(bytes.length)
    await opened.close()
  })

  test('to another origin gets no token, nor does one from there back', async () => {
    const world = await worldWithFile()
    world.archive.faults.push(redirect(world.store.url('/hop')))
    world.store.faults.push(redirect(world.archive.url('/api/frames/?basename_exact=frame')))
    expectBytes(await bytesOf(world.source({ credentials }), 'frame'), bytes)
    const tokens = [...world.archive.requests, ...world.store.requests].map(({ headers }) => headers.authorization)
    expect(tokens.filter((token) => token !== undefined)).toEqual([`Token ${SECRET_TOKEN}`])
    expect(world.archive.requests[0]?.headers.authorization).toBe(`Token ${SECRET_TOKEN}`)
  })

  test('within the archive keeps the token', async () => {
    const world = await worldWithFile()
    world.archive.faults.push(redirect('/api/frames/?basename_exact=frame'))
    await bytesOf(world.source({ credentials }), 'frame')
    expect(world.archive.requests[1]?.headers.authorization).toBe(`Token ${SECRET_TOKEN}`)
  })

  test.each(['archive', 'store'] as const)('of the %s to a foreign host is refused', async (place) => {
    const world = await worldWithFile()
    const foreign = await TestServer.start((_, response) => json(response, {}))
    world[place].faults.push(redirect(foreign.url('/x')))
    const failure = await open(world)
    expect(failure).toMatchObject({ code: 'SOURCE_UNAVAILABLE', retryable: false })
    expect(failure.message).toContain(foreign.host)
    expect(foreign.requests).toEqual([])
  })

  test.each(['file:///etc/passwd', 'http://u:p@127.0.0.1/', 'http://', ''])('to %j is refused', async (location) => {
    const world = await worldWithFile()
    const loop = redirect(location)
    world.store.faults.push(loop, loop, loop, loop, loop, loop)
    expect(await open(world)).toMatchObject({ code: 'SOURCE_UNAVAILABLE', retryable: false })
  })

  test('without a place is refused', async () => {
    const world = await worldWithFile()
    world.store.faults.push(status(302))
    expect((await open(world)).message).toContain('redirects to nowhere')
  })

  test('that loops is given up', async () => {
    const world = await worldWithFile()
    const loop = redirect('/frame')
    world.store.faults.push(loop, loop, loop, loop, loop, loop, loop)
    expect(await open(world)).toMatchObject({ message: expect.stringContaining('redirects more than 5 times') })
    expect(world.store.requests).toHaveLength(6)
  })
})

test('no error carries a token or what grants access to a file', async () => {
  const leak = `${SECRET_TOKEN} ${SIGNATURE}`
  const faults: Handler[] = [
    ...[204, 400, 401, 403, 404, 416, 429, 500].map((code) => status(code, { 'x-leak': leak })),
    (request) => request.socket.destroy(),
    (_, response) => response.end(`${leak} is no JSON and no FITS`),
    (_, response) => json(response, { results: [{ basename: 'frame', url: `ftp://x/?${SIGNATURE}` }] }),
    (_, response) => json(response, { results: [{ basename: 'frame', url: `http://[?${SIGNATURE}` }] }),
    redirect(`http://evil.example/?${SIGNATURE}`),
    redirect(`http://[?${SIGNATURE}`),
    redirect(`/frame?${SIGNATURE}`),
  ]
  for (const place of ['archive', 'store'] as const) {
    for (const fault of faults) {
      const world = await worldWithFile()
      world[place].faults.push(...Array.from({ length: 6 }, () => fault))
      expectNoSecret(await open(world, { retries: 0 }))
    }
  }
})

test.each([`${SECRET_TOKEN}\n`, `${SECRET_TOKEN} x`, `${SECRET_TOKEN}é`])(
  'a token that is none is not quoted',
  async (token) => {
    const world = await worldWithFile()
    const failure = await open(world, { credentials: () => token })
    expect(failure).toBeInstanceOf(TypeError)
    expectNoSecret(failure)
    expect(world.archive.requests).toEqual([])
  },
)

test('what is printed of a source and of an open file carries no secret', async () => {
  const world = await worldWithFile()
  const source = world.source({ credentials })
  const opened = await source.open(file('frame'), { principal })
  for (const thing of [source, opened]) {
    expect(JSON.stringify(thing)).not.toMatch(/s3cr3t|s1gnature/)
    expect(inspect(thing, { depth: 20 })).not.toMatch(/s3cr3t|s1gnature/)
  }
  await opened.close()
})

function expectNoSecret(error: unknown): void {
  const texts = [inspect(error, { depth: 20, showHidden: true }), JSON.stringify(serializeError(error)), String(error)]
  for (const text of texts) expect(text).not.toMatch(/s3cr3t|s1gnature/)
}
