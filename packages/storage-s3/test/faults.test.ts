import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  answer,
  beginning,
  cutUpload,
  damage,
  type Fault,
  FaultProxy,
  loseAnswer,
  nonsense,
  reset,
  silence,
  slowly,
  wrongLength,
} from './fault-proxy.js'
import { bytes, bytesOf, expectBytes, failureOf, inPieces, opened, pattern, QuickTime } from './helpers.js'
import { endpoint, TestBucket } from './server.js'

const bucket = TestBucket.use()
const MIB = 2 ** 20
/** More than a part. */
const LARGE = 5 * MIB + 1000
let count = 0

/** A storage whose requests go through a proxy, with a folder of its own. */
async function world(options = {}) {
  const proxy = await FaultProxy.start()
  const time = new QuickTime()
  const prefix = `faults-${++count}`
  const storage = bucket.storage({ prefix, endpoint: proxy.endpoint, wait: time.wait, ...options })
  const direct = bucket.storage({ prefix })
  return { proxy, time, storage, direct, prefix }
}

const FAULTS: [string, Fault][] = [
  ['500', answer(500, 'InternalError')],
  ['500 without a body', answer(500)],
  ['502', answer(502)],
  ['503 SlowDown', answer(503, 'SlowDown')],
  ['429', answer(429)],
  ['408', answer(400, 'RequestTimeout')],
  ['a reset connection', reset],
  ['no HTTP', nonsense],
]

describe.skipIf(endpoint === undefined)('of a real server behind a bad network', () => {
  test.each([...FAULTS, ['a cut upload', cutUpload], ['a damaged upload', damage]] as [string, Fault][])(
    'a put is tried again after %s',
    async (_, fault) => {
      const { proxy, storage, direct } = await world()
      proxy.befall(/^PUT/, fault, fault)
      await storage.put('a', bytes('whole'))
      expect(proxy.waiting).toBe(0)
      expectBytes(await bytesOf(direct, 'a'), bytes('whole'))
    },
  )

  test.each([...FAULTS, ['a cut upload', cutUpload], ['a damaged upload', damage]] as [string, Fault][])(
    'a part is sent again after %s',
    async (_, fault) => {
      const { proxy, storage, direct, prefix } = await world()
      const body = pattern(5 * MIB + 1000)
      proxy.befall(/partNumber=2/, fault, fault)
      await storage.put('a', inPieces(body))
      expect(proxy.waiting).toBe(0)
      expectBytes(await bytesOf(direct, 'a'), body)
      expect(await bucket.leftovers(`${prefix}/`)).toEqual([])
    },
  )

  test.each(['POST .*uploads', 'POST .*uploadId'])('an upload goes on after faults of %s', async (line) => {
    for (const fault of [answer(500, 'InternalError'), answer(503, 'SlowDown'), reset]) {
      const { proxy, storage, direct, prefix } = await world()
      proxy.befall(new RegExp(line), fault, fault)
      const body = pattern(LARGE)
      await storage.put('a', inPieces(body))
      expect(proxy.waiting).toBe(0)
      expectBytes(await bytesOf(direct, 'a'), body)
      expect(await bucket.leftovers(`${prefix}/`)).toEqual([])
    }
  })

  test.each([
    ...FAULTS,
    ['an answer cut by a reset', beginning(100_000, 'reset')],
    ['an answer that ends too early', beginning(100_000, 'end')],
    ['an answer of a wrong length', wrongLength(100_000)],
    ['an answer cut before its first byte', beginning(0, 'reset')],
  ] as [string, Fault][])('reads are tried again after %s', async (_, fault) => {
    const { proxy, storage, direct } = await world()
    const body = pattern(2 * MIB)
    await direct.put('a', body)
    proxy.befall(/^GET/, fault, fault, fault)
    const source = await opened(storage, 'a')
    proxy.befall(/^GET/, fault, fault)
    const all = new Uint8Array(body.length)
    expect(await source.read(0, all)).toBe(body.length)
    expectBytes(all, body)
    expect(proxy.waiting).toBe(0)
    await source.close()
  })

  test('all bytes go up with their MD5', async () => {
    const { proxy, storage } = await world({ partSize: 5 * MIB })
    await storage.put('a', bytes('small'))
    await storage.put('b', inPieces(pattern(LARGE)))
    await storage.put('c', inPieces(pattern(LARGE)), { ifNoneMatch: '*' })
    const uploads = proxy.lines.flatMap((line, i) =>
      line.startsWith('PUT') ? [proxy.headers[i]?.['content-md5']] : [],
    )
    expect(uploads.length).toBeGreaterThan(5)
    for (const md5 of uploads) expect(md5).toMatch(/^[A-Za-z0-9+/]{22}==$/)
    expect(uploads[0]).toBe(createHash('md5').update('small').digest('base64'))
  })

  test('a body that is cut is read on from where it broke', async () => {
    const { proxy, storage, direct, time } = await world({ retries: 1 })
    const body = pattern(3 * MIB)
    await direct.put('a', body)
    const source = await opened(storage, 'a')
    const cut = beginning(300_000, 'end')
    proxy.befall(/^GET/, cut, cut, cut, cut, cut)
    const all = new Uint8Array(body.length)
    await source.read(0, all)
    expectBytes(all, body)
    const starts = proxy.headers.slice(1).map(({ range }) => Number(/=(\d+)-/.exec(range ?? '')?.[1]))
    expect(starts).toEqual([0, 1, 2, 3, 4, 5].map((round) => 65_536 + round * 300_000))
    // What has come on is no failure that counts.
    expect(time.delays.filter((ms) => ms <= 200)).toHaveLength(5)
    await source.close()
  })

  test('the header of an image is there when it is opened, and a band of it is one request', async () => {
    const { proxy, storage, direct } = await world()
    const body = pattern(3 * MIB)
    await direct.put('a', body)
    const source = await opened(storage, 'a')
    for (const length of [80, 23_040]) await source.read(0, new Uint8Array(length))
    expect(proxy.lines).toHaveLength(1)
    const band = new Uint8Array(MIB)
    await source.read(23_040, band)
    expectBytes(band, body.subarray(23_040, 23_040 + MIB))
    expect(proxy.lines).toHaveLength(2)
    expect(proxy.headers[1]).toMatchObject({ 'if-match': source.identity, range: 'bytes=65536-1071615' })
    for (let offset = 2 * MIB; offset < 2 * MIB + 60_000; offset += 1000)
      await source.read(offset, new Uint8Array(1000))
    expect(proxy.lines).toHaveLength(3)
    await source.close()
  })

  test.each([
    ['an endless 500', answer(500, 'InternalError'), 'answers 500 InternalError'],
    ['an endless SlowDown', answer(503, 'SlowDown'), 'answers 503 SlowDown'],
    ['resets for ever', reset, 'ECONNRESET'],
    ['bodies that always break off', beginning(1000, 'reset'), 'breaks off'],
    ['bodies that are always too short', wrongLength(1000), 'instead of'],
    ['bodies that are always too long', wrongLength(3 * MIB), 'instead of'],
  ])('a read fails with a sentence after %s', async (_, fault, sentence) => {
    const { proxy, storage, direct } = await world({ retries: 2 })
    await direct.put('a', pattern(2 * MIB))
    const source = await opened(storage, 'a')
    proxy.befall(/^GET/, fault, fault, fault, fault, fault, fault)
    const error = await failureOf(source.read(0, new Uint8Array(2 * MIB)))
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true })
    expect(error.message).toMatch(/^S3 could not read s3:\/\/.*\/a: it .*\. Try again later\.$/)
    expect(error.message).toContain(sentence)
    await source.close()
  })

  test('an upload that is always damaged fails as STORAGE_CORRUPT, and nothing is there', async () => {
    const { proxy, storage, direct } = await world({ retries: 1 })
    proxy.befall(/^PUT/, damage, damage)
    const error = await failureOf(storage.put('a', bytes('whole')))
    expect(error).toMatchObject({ code: 'STORAGE_CORRUPT', retryable: true })
    expect(error.message).toContain('damaged on the way')
    expect(await direct.head('a')).toBeUndefined()
  })

  test('slow answers are waited for', async () => {
    const { proxy, storage, direct } = await world()
    const body = pattern(400_000)
    await direct.put('a', body)
    proxy.befall(/./, slowly, slowly, slowly)
    expectBytes(await bytesOf(storage, 'a'), body)
  })

  test('silence ends after the time for it, before and within an answer', async () => {
    const { proxy, storage, direct } = await world({ idleTimeoutMs: 300, wait: undefined, retries: 1 })
    const body = pattern(400_000)
    await direct.put('a', body)
    proxy.befall(/^GET/, silence, beginning(1000, 'silence'))
    expectBytes(await bytesOf(storage, 'a'), body)
    proxy.befall(/^GET/, silence, silence)
    const error = await failureOf(storage.open('a'))
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true })
    proxy.befall(/^PUT/, silence, silence)
    expect(await failureOf(storage.put('b', bytes('b')))).toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
  })

  test('a request that takes too long in all is given up', async () => {
    const { proxy, storage } = await world({ requestTimeoutMs: 200, wait: undefined, retries: 0 })
    proxy.befall(/^HEAD/, silence)
    const error = await failureOf(storage.head('a'))
    expect(error.message).toContain('took longer than 0.2 s')
  })

  test.each(['while it waits', 'while it goes on'])('a part that cannot be sent ends the body %s', async (when) => {
    const { proxy, storage, direct, prefix } = await world({ retries: 1 })
    proxy.befall(/partNumber=1/, reset, reset)
    let isEnded = false
    async function* body() {
      try {
        yield pattern(LARGE)
        if (when === 'while it waits') await new Promise(() => {})
        for (;;) yield pattern(MIB)
      } finally {
        isEnded = true
      }
    }
    const error = await failureOf(storage.put('a', body()))
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true })
    expect(isEnded).toBe(when === 'while it goes on')
    expect(await bucket.leftovers(`${prefix}/`)).toEqual([])
    expect(await direct.head('a')).toBeUndefined()
  })

  test('an upload that is aborted while its beginning is answered leaves nothing', async () => {
    const { proxy, storage, prefix } = await world()
    const abort = new AbortController()
    proxy.befall(/POST .*uploads/, async (passage) => {
      abort.abort()
      const { status, headers, body } = await passage.forward()
      passage.response.writeHead(status, headers).end(body)
    })
    const error = await failureOf(storage.put('a', inPieces(pattern(LARGE)), { signal: abort.signal }))
    expect(error).toMatchObject({ code: 'DATALAB_ABORTED', name: 'AbortError' })
    await storage.close()
    expect(await bucket.leftovers(`${prefix}/`)).toEqual([])
  })

  test.each(['small', 'large'])('an abort that comes when all was sent is too late, %s', async (size) => {
    const { proxy, storage, direct } = await world({ wait: undefined })
    const abort = new AbortController()
    const last = size === 'small' ? /^PUT/ : /POST .*uploadId/
    proxy.befall(last, async ({ response, forward }) => {
      const { status, headers, body } = await forward()
      abort.abort()
      response.writeHead(status, headers).end(body)
    })
    const body = pattern(size === 'small' ? 1000 : LARGE)
    const info = await storage.put('a', inPieces(body), { signal: abort.signal })
    expect(await direct.head('a')).toMatchObject({ etag: info.etag, size: body.length })
  })

  test('an abort while nobody answers fails the put', async () => {
    const { proxy, storage } = await world({ wait: undefined })
    const abort = new AbortController()
    proxy.befall(/^PUT/, async (passage) => {
      abort.abort()
      await silence(passage)
    })
    const error = await failureOf(storage.put('a', bytes('a'), { signal: abort.signal }))
    expect(error).toMatchObject({ code: 'DATALAB_ABORTED', name: 'AbortError' })
    expect(proxy.count(/^PUT/)).toBe(1)
  })

  test('an abort is not held up by a server that says nothing', async () => {
    const { proxy, storage } = await world({ wait: undefined })
    const abort = new AbortController()
    proxy.befall(/partNumber=1/, async (passage) => {
      abort.abort()
      await silence(passage)
    })
    proxy.befall(/^DELETE/, silence)
    const error = await failureOf(storage.put('a', inPieces(pattern(LARGE)), { signal: abort.signal }))
    // Long before the time in which nothing may come: it waits 2 s for the upload to be ended.
    expect(error).toMatchObject({ code: 'DATALAB_ABORTED' })
  })
})

describe.skipIf(endpoint === undefined)('a put whose answer is lost', () => {
  test('without a condition is done once more', async () => {
    const { proxy, storage, direct } = await world()
    proxy.befall(/^PUT/, loseAnswer)
    await storage.put('a', bytes('a'))
    expectBytes(await bytesOf(direct, 'a'), bytes('a'))
  })

  test.each(['small', 'large'])('with ifNoneMatch is told as done, %s', async (size) => {
    const { proxy, storage, direct } = await world()
    const body = size === 'small' ? bytes('mine') : pattern(LARGE)
    await storage.put('warm', size === 'small' ? body : inPieces(body), { ifNoneMatch: '*' })
    proxy.befall(/^PUT .*\/a\?/, loseAnswer)
    const info = await storage.put('a', size === 'small' ? body : inPieces(body), { ifNoneMatch: '*' })
    expect(proxy.waiting).toBe(0)
    expect(await direct.head('a')).toEqual(info)
    expectBytes(await bytesOf(direct, 'a'), body)
  })

  test('with ifMatch is told as done', async () => {
    const { proxy, storage, direct } = await world()
    const first = await storage.put('a', bytes('1'))
    const second = await storage.put('a', bytes('2'), { ifMatch: first.etag })
    proxy.befall(/^PUT .*\/a\?/, loseAnswer)
    const third = await storage.put('a', bytes('3'), { ifMatch: second.etag })
    expect(proxy.waiting).toBe(0)
    expect(await direct.head('a')).toEqual(third)
  })

  test('is told as failed where another writer has put the same bytes', async () => {
    const { proxy, storage, direct } = await world()
    await storage.put('warm', bytes('w'), { ifNoneMatch: '*' })
    proxy.befall(/^PUT .*\/a\?/, async ({ request }) => {
      request.resume()
      await direct.put('a', bytes('same'))
      request.socket.resetAndDestroy()
    })
    const error = await failureOf(storage.put('a', bytes('same'), { ifNoneMatch: '*' }))
    expect(error).toMatchObject({ code: 'STORAGE_PRECONDITION_FAILED' })
  })

  test('and that nobody can tell of, is told as unknown', async () => {
    const { proxy, storage } = await world({ retries: 1 })
    await storage.put('warm', bytes('w'), { ifNoneMatch: '*' })
    proxy.befall(/^PUT .*\/a\?/, loseAnswer)
    proxy.befall(/^HEAD/, reset, reset)
    const error = await failureOf(storage.put('a', bytes('mine'), { ifNoneMatch: '*' }))
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true })
    expect(error.message).toContain('It may be there nevertheless.')
  })

  test('every time, is told as done', async () => {
    const { proxy, storage, direct } = await world({ retries: 1 })
    proxy.befall(/^PUT/, loseAnswer, loseAnswer)
    const info = await storage.put('a', bytes('a'))
    expect(await direct.head('a')).toEqual(info)
  })

  test('when the parts were put together, is told as done', async () => {
    const { proxy, storage, direct, prefix } = await world()
    const body = pattern(LARGE)
    proxy.befall(/POST .*uploadId/, loseAnswer)
    const info = await storage.put('a', inPieces(body))
    expect(proxy.waiting).toBe(0)
    expect(await direct.head('a')).toEqual(info)
    expectBytes(await bytesOf(direct, 'a'), body)
    expect(await bucket.leftovers(`${prefix}/`)).toEqual([])
  })
})
