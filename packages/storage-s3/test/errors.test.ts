import { Readable } from 'node:stream'
import { serializeError } from '@datalab/core'
import { describe, expect, test } from 'vitest'
import { FakeClient, headOf, SECRETS, s3Error, systemError } from './fake-client.js'
import { bytes, failureOf } from './helpers.js'

const body = (text: string) => Readable.from([bytes(text)])

describe('a failure of S3', () => {
  test.each([
    [s3Error(403, 'AccessDenied'), 'STORAGE_FORBIDDEN', false, 1, 'Allow s3:GetObject for these credentials.'],
    [s3Error(403), 'STORAGE_FORBIDDEN', false, 1, 'for an object that is not there, unless s3:ListBucket on bucket'],
    [s3Error(401), 'STORAGE_FORBIDDEN', false, 1, 'it answers 401'],
    [s3Error(400, 'ExpiredToken'), 'STORAGE_FORBIDDEN', false, 1, 'Check the credentials'],
    [s3Error(403, 'InvalidAccessKeyId'), 'STORAGE_FORBIDDEN', false, 1, 'Check the credentials'],
    [systemError('x', { name: 'CredentialsProviderError' }), 'STORAGE_FORBIDDEN', false, 1, 'Check the credentials'],
    [s3Error(403, 'InvalidObjectState'), 'STORAGE_FORBIDDEN', false, 1, 'it is archived. Restore it first.'],
    [s3Error(403, 'RequestTimeTooSkewed'), 'STORAGE_FORBIDDEN', false, 3, 'Set the clock of this machine right.'],
    [s3Error(403, 'QuotaExceeded'), 'STORAGE_FULL', true, 1, 'there is no room left'],
    [s3Error(507, 'XMinioStorageFull'), 'STORAGE_FULL', true, 1, 'there is no room left'],
    [s3Error(404, 'NoSuchBucket'), 'STORAGE_UNAVAILABLE', false, 1, 'there is no bucket bucket'],
    [s3Error(301, 'PermanentRedirect'), 'STORAGE_UNAVAILABLE', false, 1, 'in another region'],
    [s3Error(400, 'AuthorizationHeaderMalformed'), 'STORAGE_UNAVAILABLE', false, 1, 'Set the region'],
    [s3Error(400, 'InvalidRequest'), 'STORAGE_UNAVAILABLE', false, 1, 'it answers 400 InvalidRequest.'],
    [s3Error(405), 'STORAGE_UNAVAILABLE', false, 1, 'it answers 405.'],
    [s3Error(501, 'NotImplemented'), 'STORAGE_UNAVAILABLE', false, 1, 'it answers 501 NotImplemented.'],
    [s3Error(500, 'InternalError'), 'STORAGE_UNAVAILABLE', true, 3, 'it answers 500 InternalError. Try again later.'],
    [s3Error(503), 'STORAGE_UNAVAILABLE', true, 3, 'it answers 503. Try again later.'],
    [s3Error(503, 'SlowDown'), 'STORAGE_UNAVAILABLE', true, 3, 'it answers 503 SlowDown. Try again later.'],
    [s3Error(429), 'STORAGE_UNAVAILABLE', true, 3, 'Try again later.'],
    [s3Error(409, 'OperationAborted'), 'STORAGE_UNAVAILABLE', true, 3, 'another request for it came between'],
    [s3Error(200), 'STORAGE_UNAVAILABLE', true, 3, 'Try again later.'],
    [systemError('ECONNREFUSED'), 'STORAGE_UNAVAILABLE', true, 3, 'cannot be reached or breaks off (ECONNREFUSED)'],
    [systemError('ENOTFOUND'), 'STORAGE_UNAVAILABLE', true, 3, 'ENOTFOUND'],
    [systemError('HPE_INVALID_CONSTANT'), 'STORAGE_UNAVAILABLE', true, 3, 'HPE_INVALID_CONSTANT'],
    [systemError('x', { name: 'TimeoutError' }), 'STORAGE_UNAVAILABLE', true, 3, 'TimeoutError'],
    [systemError('CERT_HAS_EXPIRED'), 'STORAGE_UNAVAILABLE', false, 1, 'CERT_HAS_EXPIRED happened'],
    [systemError('', { message: 'Region is missing' }), 'STORAGE_UNAVAILABLE', false, 1, '(Region is missing).'],
  ])('%# is told as what it is', async (reaction, code, retryable, attempts, sentence) => {
    const client = new FakeClient().on('GetObject', reaction).on('HeadObject', reaction)
    const storage = client.storage({ retries: 2 })
    for (const call of [() => storage.open('a.fits'), () => storage.head('a.fits')]) {
      client.sent.length = 0
      const error = await failureOf(call())
      expect(error).toMatchObject({ name: 'DataLabError', code, retryable })
      expect(error.message).toMatch(/^S3 could not (read|look up) s3:\/\/bucket\/a\.fits: .*\.$/)
      expect(error.message).toContain(sentence)
      expect(client.sent).toHaveLength(attempts)
      expect(error.cause).toBeInstanceOf(Error)
    }
  })

  test('has its facts in the details', async () => {
    const client = new FakeClient().on('PutObject', s3Error(403, 'AccessDenied'))
    expect((await failureOf(client.storage({ prefix: 'p' }).put('a', bytes('a')))).details).toEqual({
      bucket: 'bucket',
      key: 'a',
      status: 403,
      s3Code: 'AccessDenied',
      requestId: 'request-1',
    })
  })

  test('is waited for longer each time, with jitter, or as long as it asks', async () => {
    const slow = (seconds?: string) =>
      s3Error(503, 'SlowDown', seconds === undefined ? {} : { $response: { headers: { 'retry-after': seconds } } })
    const client = new FakeClient().on('HeadObject', slow(), slow(), slow(), slow('2'), headOf(1))
    const storage = client.storage({ random: () => 0.5 })
    await storage.head('a')
    const delays = storage.time.delays.filter((ms) => ms < 30_000)
    expect(delays).toEqual([150, 300, 600, 3200])
    const resting = new FakeClient().on('HeadObject', slow('3600')).storage()
    await failureOf(resting.head('a'))
    expect(resting.time.delays.filter((ms) => ms < 30_000)).toEqual([])
  })
})

describe('nothing secret', () => {
  const words = [...Object.values(SECRETS), encodeURIComponent(SECRETS.sessionToken), 'SIGNATURE']
  const quoted = [
    `AWS4-HMAC-SHA256 Credential=${SECRETS.accessKeyId}/2026, SignedHeaders=host, Signature=SIGNATURE`,
    `http://host/?X-Amz-Security-Token=${encodeURIComponent(SECRETS.sessionToken)}&X-Amz-Signature=SIGNATURE`,
    SECRETS.secretAccessKey,
  ].join(' and ')

  test.each(['GetObject', 'PutObject', 'ListObjectsV2', 'DeleteObject'])('is in an error of %s', async (name) => {
    const leaks = {
      message: quoted,
      'Token-0': SECRETS.sessionToken,
      StringToSign: quoted,
      $response: { headers: { location: quoted }, body: quoted },
      $metadata: { httpStatusCode: 400, requestId: SECRETS.sessionToken },
      cause: new Error(quoted),
    }
    for (const reaction of [
      s3Error(400, 'Odd', leaks),
      systemError('ECONNRESET', { message: quoted, config: quoted }),
    ]) {
      const storage = new FakeClient().on(name, reaction).on('HeadObject', s3Error(500)).storage({ retries: 0 })
      const calls: Record<string, () => Promise<unknown>> = {
        GetObject: () => storage.open('a'),
        PutObject: () => storage.put('a', bytes('a')),
        ListObjectsV2: () => storage.list(''),
        DeleteObject: () => storage.delete('a'),
      }
      const error = await failureOf((calls[name] ?? expect.unreachable)())
      const texts = [JSON.stringify(serializeError(error)), String(error.stack), everything(error)]
      for (const word of words) for (const text of texts) expect(text).not.toContain(word)
      expect(String((error.cause as Error).message)).toContain('[hidden]')
      expect((error.cause as Error).stack).toMatch(/\n +at /)
    }
  })

  test('is printed anywhere while things fail', async () => {
    const printed: unknown[] = []
    const write = process.stderr.write
    process.stderr.write = ((text: unknown) => printed.push(text) > 0) as typeof write
    const storage = new FakeClient().on('PutObject', systemError('ECONNRESET', { message: quoted })).storage()
    await failureOf(storage.put('a', bytes('a')))
    process.stderr.write = write
    expect(printed).toEqual([])
  })
})

/** An error with all that hangs on it. */
function everything(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if (seen.has(value)) return ''
  seen.add(value)
  return Reflect.ownKeys(value)
    .map((key) => everything(Reflect.get(value, key), seen))
    .join('\n')
}

describe('deleting many', () => {
  const refusing =
    (codes: Record<string, string>) =>
    ({ Delete }: Record<string, unknown>) => {
      const { Objects } = Delete as { Objects: { Key: string }[] }
      return { Errors: Objects.flatMap(({ Key }) => (codes[Key] ? [{ Key, Code: codes[Key] }] : [])) }
    }

  test('asks again for those that may still be deleted, and tells of the others', async () => {
    const client = new FakeClient().on(
      'DeleteObjects',
      refusing({ b: 'InternalError', c: 'AccessDenied', d: 'SlowDown', e: 'NoSuchKey' }),
      refusing({ b: 'InternalError' }),
      refusing({}),
    )
    const error = await failureOf(client.storage().delete(['a', 'b', 'c', 'd', 'e']))
    expect(error).toMatchObject({ code: 'STORAGE_FORBIDDEN', details: { key: 'c', keys: ['c'], count: 1 } })
    const asked = client.inputs.map(({ Delete }) => (Delete as { Objects: { Key: string }[] }).Objects)
    expect(asked.map((objects) => objects.map(({ Key }) => Key).join(''))).toEqual(['abcde', 'bd', 'b'])
  })

  test('goes on with the next thousand when some are refused', async () => {
    const keys = Array.from({ length: 2500 }, (_, i) => `k${i}`)
    const client = new FakeClient().on('DeleteObjects', refusing({ k3: 'AccessDenied', k2400: 'AccessDenied' }))
    const error = await failureOf(client.storage().delete(keys))
    expect(error.details).toMatchObject({ keys: ['k3', 'k2400'], count: 2 })
    expect(client.sent).toHaveLength(3)
  })

  test('gives up on those that never are', async () => {
    const client = new FakeClient().on('DeleteObjects', refusing({ a: 'InternalError' }))
    const error = await failureOf(client.storage({ retries: 2 }).delete(['a', 'b']))
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true })
    expect(client.sent).toHaveLength(3)
  })

  test('asks for each key once', async () => {
    const client = new FakeClient().on('DeleteObjects', refusing({}))
    await client.storage().delete(['a', 'b', 'a'])
    expect(client.inputs[0]?.Delete).toMatchObject({ Objects: [{ Key: 'a' }, { Key: 'b' }] })
  })
})

describe('a server that does not keep to the rules', () => {
  const noConditions = () =>
    new FakeClient()
      .on('PutObject', () => ({ ETag: '"e"' }))
      .on('DeleteObject', () => ({}))
      .on('HeadObject', headOf(1))

  test.each([{ ifNoneMatch: '*' }, { ifMatch: '"e"' }] as const)('gets no conditional put: %j', async (condition) => {
    const client = noConditions()
    const storage = client.storage()
    const error = await failureOf(storage.put('a', bytes('a'), condition))
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: false })
    expect(error.message).toContain('takes no notice of conditions')
    expect(client.inputs.filter(({ Key }) => Key === 'a')).toEqual([])
    await storage.put('a', bytes('a'))
  })

  test('that refuses conditions is told the same', async () => {
    const client = noConditions().on('PutObject', () => ({ ETag: '"e"' }), s3Error(501, 'NotImplemented'))
    const error = await failureOf(client.storage().put('a', bytes('a'), { ifNoneMatch: '*' }))
    expect(error.message).toContain('takes no notice of conditions')
  })

  test('is asked for conditions once', async () => {
    const client = noConditions()
    const storage = client.storage()
    const puts = Array.from({ length: 5 }, () => failureOf(storage.put('a', bytes('a'), { ifNoneMatch: '*' })))
    await Promise.all(puts)
    expect(client.sent.filter((name) => name === 'PutObject')).toHaveLength(2)
  })

  test('is asked for conditions again when it did not answer', async () => {
    const client = noConditions().on('PutObject', s3Error(500), s3Error(500), () => ({ ETag: '"e"' }), s3Error(412))
    const storage = client.storage({ retries: 0 })
    expect(await failureOf(storage.put('a', bytes('a'), { ifNoneMatch: '*' }))).toMatchObject({ retryable: true })
    client.on(
      'PutObject',
      () => ({ ETag: '"e"' }),
      s3Error(412),
      () => ({ ETag: '"e"' }),
    )
    await storage.put('a', bytes('a'), { ifNoneMatch: '*' })
  })

  test('that takes other bytes than it was sent is told as STORAGE_CORRUPT', async () => {
    const client = new FakeClient().on('PutObject', ({ Metadata }) => {
      client.on('HeadObject', () => ({ ContentLength: 3, ETag: '"e"', LastModified: new Date(), Metadata }))
      return { ETag: '"e"' }
    })
    expect(await failureOf(client.storage().put('a', bytes('four')))).toMatchObject({ code: 'STORAGE_CORRUPT' })
  })

  test.each([
    ['no ETag', { ContentLength: 4, Body: () => body('four') }, 'gives its objects no ETag'],
    ['no size', { ETag: '"e"', Body: () => body('four') }, 'does not tell how large'],
  ])('%s is told', async (_, answer, sentence) => {
    const client = new FakeClient().on('GetObject', () => ({ ...answer, Body: answer.Body() }))
    expect((await failureOf(client.storage().open('a'))).message).toContain(sentence)
  })

  test('that knows no ranges gives small objects only', async () => {
    const whole = 'x'.repeat(300_000)
    const answer = { ETag: '"e"', ContentLength: whole.length }
    const client = new FakeClient().on('GetObject', () => ({ ...answer, Body: body(whole) }))
    const source = await client.storage().open('a')
    expect(await source?.read(0, new Uint8Array(1000))).toBe(1000)
    const error = await failureOf(source?.read(290_000, new Uint8Array(10)) ?? Promise.resolve())
    expect(error.message).toContain('sends no parts of its objects')
  })

  test.each([
    ['another version', { ETag: '"other"' }, 'SOURCE_CHANGED'],
    ['a version of another size', { total: 300_001 }, 'SOURCE_CHANGED'],
    ['other bytes than it was asked for', { shift: 1 }, 'STORAGE_UNAVAILABLE'],
  ])('that sends %s is not believed', async (_, wrong: { ETag?: string; total?: number; shift?: number }, code) => {
    let requests = 0
    const client = new FakeClient().on('GetObject', ({ Range }) => {
      const [first = 0, last = 0] = String(Range).match(/\d+/g)?.map(Number) ?? []
      const { ETag = '"e"', total = 300_000, shift = 0 } = requests++ === 0 ? {} : wrong
      const length = Math.min(last, 299_999) - first + 1
      const ContentRange = `bytes ${first + shift}-${first + shift + length - 1}/${total}`
      return { ETag, ContentRange, ContentLength: length, Body: body('x'.repeat(length)) }
    })
    const source = await client.storage({ retries: 1 }).open('a')
    const error = await failureOf(source?.read(280_000, new Uint8Array(10)) ?? Promise.resolve())
    expect(error.code).toBe(code)
  })

  test('is not taken for an empty list where it is none', async () => {
    const client = new FakeClient().on('ListObjectsV2', () => ({}))
    const error = await failureOf(client.storage().list(''))
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: false })
    expect(error.message).toContain('no list of objects')
  })

  test('and lists without an end is not followed', async () => {
    const page = { Contents: [{ Key: 'a', ETag: '"e"', Size: 1, LastModified: new Date() }], IsTruncated: true }
    const client = new FakeClient().on('ListObjectsV2', () => page)
    expect((await failureOf(client.storage().list(''))).message).toContain('without coming to an end')
  })
})

test('a conditional put in parts is one, where the server minds that', async () => {
  const client = new FakeClient()
    .on('PutObject', () => ({ ETag: '"e"' }))
    .on('HeadObject', s3Error(404))
    .on('HeadBucket', () => ({}))
    .on('DeleteObject', () => ({}))
    .on('CreateMultipartUpload', () => ({ UploadId: 'u' }))
    .on('UploadPart', () => ({ ETag: '"p"', ChecksumCRC32: 'crc' }))
    .on('AbortMultipartUpload', s3Error(404, 'NoSuchUpload'))
    .on('CompleteMultipartUpload', s3Error(412), () => ({ ETag: '"whole-2"' }))
  const storage = client.storage()
  const info = await storage.put('a', [new Uint8Array(6 * 2 ** 20)], { ifNoneMatch: '*' })
  expect(info).toMatchObject({ etag: '"whole-2"', size: 6 * 2 ** 20 })
  expect(client.inputs.at(-2)).toMatchObject({
    Key: 'a',
    IfNoneMatch: '*',
    MultipartUpload: { Parts: [{ PartNumber: 1, ETag: '"p"', ChecksumCRC32: 'crc' }, { PartNumber: 2 }] },
  })
  const again = () => failureOf(storage.put('a', [new Uint8Array(6 * 2 ** 20)], { ifNoneMatch: '*' }))
  client.on('CompleteMultipartUpload', s3Error(409, 'ConditionalRequestConflict'), s3Error(412))
  expect(await again()).toMatchObject({ code: 'STORAGE_PRECONDITION_FAILED' })
  client.on('CompleteMultipartUpload', s3Error(409, 'ConditionalRequestConflict'), s3Error(404, 'NoSuchUpload'))
  expect(await again()).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true })
  client.on('HeadObject', s3Error(404), headOf(3))
  expect(await again()).toMatchObject({ code: 'STORAGE_PRECONDITION_FAILED' })
})

test('forty requests go on at once at most', async () => {
  let [inside, most] = [0, 0]
  const client = new FakeClient().on('HeadObject', async (input) => {
    most = Math.max(most, ++inside)
    await new Promise((resolve) => setImmediate(resolve))
    inside--
    return headOf(1)(input)
  })
  const storage = client.storage()
  await Promise.all(Array.from({ length: 200 }, (_, i) => storage.head(`k${i}`)))
  expect(most).toBe(40)
})

test('an upload of which a part failed is never put together', async () => {
  const client = new FakeClient()
    .on('CreateMultipartUpload', () => ({ UploadId: 'u' }))
    .on('UploadPart', s3Error(400, 'Odd'), () => ({ ETag: '"p"' }))
    .on('AbortMultipartUpload', s3Error(404, 'NoSuchUpload'))
    .on('CompleteMultipartUpload', () => ({ ETag: '"torn"' }))
  const error = await failureOf(client.storage({ partsAtOnce: 5 }).put('a', new Uint8Array(16 * 2 ** 20)))
  expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', details: { s3Code: 'Odd' } })
  expect(client.sent).toContain('AbortMultipartUpload')
  expect(client.sent).not.toContain('CompleteMultipartUpload')
})

test('without credentials there is no URL, and an error that says so', async () => {
  const client = new FakeClient()
  client.config.credentials = async () => {
    throw Object.assign(new Error('Could not load credentials'), { name: 'CredentialsProviderError' })
  }
  const error = await failureOf(client.storage().url('a'))
  expect(error.code).toMatch(/^STORAGE_/)
})
