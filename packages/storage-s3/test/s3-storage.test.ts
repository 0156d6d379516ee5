import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { Agent } from 'node:http'
import type { LookupFunction } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { describe, expect, test, vi } from 'vitest'
import { S3Storage, s3Storage } from '../src/index.js'
import { bytes, bytesOf, expectBytes, failureOf, inPieces, opened, pattern } from './helpers.js'
import { credentials, endpoint, TestBucket } from './server.js'

const bucket = TestBucket.use()
const MIB = 2 ** 20
/** More than a part. */
const LARGE = 5 * MIB + 1000
const real = describe.skipIf(endpoint === undefined)

real('keys and prefixes', () => {
  test.each([
    '',
    'a',
    'a b',
    'a+b',
    'a%20b',
    'a%2Fb',
    'ä/ö',
    '星',
    '🔭',
    "q?a&b=c#d'e(f)*",
    'a"b',
    'a\\b',
    '~',
    '.hidden',
    '...',
  ])('the prefix %j stands before all of them, and is never seen', async (prefix) => {
    const storage = bucket.storage({ prefix: `${prefix}/` })
    const key = 'x/y-1_2.fits'
    await storage.put(key, bytes('text'))
    expect(await bucket.names(prefix)).toContain(prefix === '' ? key : `${prefix}/${key}`)
    expectBytes(await bytesOf(storage, key), bytes('text'))
    expect((await storage.list('x/')).objects).toEqual([await storage.head(key)])
    expect(await (await fetch(await storage.url(key))).text()).toBe('text')
    await storage.delete([key, 'x/none'])
    expect((await storage.list('')).objects).toEqual([])
    await storage.close()
  })

  test('one prefix does not see into another one that it begins', async () => {
    const [ab, abc] = [bucket.storage({ prefix: 'ab' }), bucket.storage({ prefix: 'abc' })]
    await abc.put('x', bytes('x'))
    expect((await ab.list('')).objects).toEqual([])
    expect(await ab.head('c/x')).toBeUndefined()
    await abc.delete('x')
  })

  test('names that are no keys are not seen, and do not hide those that are', async () => {
    const strays = ['.hidden', 'a//b', 'a b', 'ä', '../x', 'a\u0001', 'a/', 'z/%41+', '~']
    for (const name of strays)
      await bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key: `mixed/${name}`, Body: 'stray' }))
    const storage = bucket.storage({ prefix: 'mixed' })
    const keys = ['a', 'a/b', 'b', 'z/A']
    for (const key of keys) await storage.put(key, bytes(key))
    for (const limit of [1, 2, 3, 1000]) {
      const found: string[] = []
      for (let cursor: string | undefined = ''; cursor !== undefined; ) {
        const page = await storage.list('', { limit, cursor })
        found.push(...page.objects.map(({ key }) => key))
        cursor = page.cursor
      }
      expect(found).toEqual(keys)
    }
    for (const name of strays)
      await bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: `mixed/${name}` }))
  })

  test('the bucket may be in the host', async () => {
    const lookup: LookupFunction = (_, options, found) =>
      options.all ? found(null, [{ address: '127.0.0.1', family: 4 }]) : found(null, '127.0.0.1', 4)
    const { port } = new URL(endpoint ?? '')
    const client = new S3Client({
      region: 'us-east-1',
      endpoint: `http://localhost:${port}`,
      credentials,
      requestHandler: { httpAgent: new Agent({ lookup }) },
    })
    const storage = bucket.storage({ prefix: 'host', client })
    await storage.put('a', bytes('a'))
    expectBytes(await bytesOf(storage, 'a'), bytes('a'))
    expect(new URL(await storage.url('a')).hostname).toBe(`${bucket.name}.localhost`)
    client.destroy()
  })
})

real('large bodies', () => {
  test.each([
    ['one part', 5 * MIB, 1],
    ['a byte more', 5 * MIB + 1, 2],
    ['two parts', 10 * MIB, 2],
    ['some parts', 15 * MIB + 5, 4],
  ])('%s of unknown and of known length come back as they went', async (_, size, parts) => {
    const storage = bucket.storage({ prefix: 'large' })
    const body = pattern(size)
    for (const given of [inPieces(body, 700_001), body]) {
      const info = await storage.put('a', given)
      expect(info.size).toBe(size)
      expect(info.etag.endsWith(`-${parts}"`)).toBe(parts > 1)
      expectBytes(await bytesOf(storage, 'a'), body)
    }
    await storage.delete('a')
  })

  test('a body that fails leaves no parts', async () => {
    const storage = bucket.storage({ prefix: 'broken' })
    const failure = new Error('broken')
    async function* body() {
      yield pattern(LARGE)
      throw failure
    }
    expect(await failureOf(storage.put('a', body()))).toBe(failure)
    expect(await bucket.leftovers('broken/')).toEqual([])
    expect(await storage.head('a')).toBeUndefined()
  })

  test.each([0, 1, 2, 3])('a put that is aborted after %i parts leaves none', async (parts) => {
    const prefix = `aborted-${parts}`
    const storage = bucket.storage({ prefix })
    const abort = new AbortController()
    async function* body() {
      for (let i = 0; i < parts; i++) yield pattern(5 * MIB)
      yield pattern(1000)
      setImmediate(() => abort.abort())
      await new Promise(() => {})
    }
    const error = await failureOf(storage.put('a', body(), { signal: abort.signal }))
    expect(error).toMatchObject({ code: 'DATALAB_ABORTED', name: 'AbortError' })
    expect(await bucket.leftovers(`${prefix}/`)).toEqual([])
    expect(await storage.head('a')).toBeUndefined()
  })

  test('a body in memory is aborted, too', async () => {
    const storage = bucket.storage({ prefix: 'memory' })
    const put = storage.put('a', pattern(40 * MIB), { signal: AbortSignal.timeout(20) })
    await failureOf(put)
    expect(await bucket.leftovers('memory/')).toEqual([])
    expect(await storage.head('a')).toBeUndefined()
  })
})

real('conditional puts', () => {
  test.each([
    ['small ones', 1000, 10],
    ['large ones', LARGE, 10],
  ])('of ten %s at the same time, exactly one wins', async (_, size, count) => {
    const storages = Array.from({ length: count }, () => bucket.storage({ prefix: 'race' }))
    const bodies = storages.map((_, i) => pattern(size, i))
    const puts = storages.map((storage, i) =>
      storage.put('a', inPieces(bodies[i] ?? pattern(0)), { ifNoneMatch: '*' }).then(
        () => i,
        (error) => error.code,
      ),
    )
    const results = await Promise.all(puts)
    const winners = results.filter((result) => typeof result === 'number')
    expect(winners).toHaveLength(1)
    expect(results.filter((result) => result === 'STORAGE_PRECONDITION_FAILED')).toHaveLength(count - 1)
    const storage = bucket.storage({ prefix: 'race' })
    expectBytes(await bytesOf(storage, 'a'), bodies[winners[0] ?? 0] ?? pattern(0))
    await storage.delete('a')
    expect(await bucket.leftovers('race/')).toEqual([])
  })

  test('of ten equal bodies, exactly one wins', async () => {
    const storage = bucket.storage({ prefix: 'equal' })
    const puts = Array.from({ length: 10 }, () => storage.put('a', bytes('same'), { ifNoneMatch: '*' }))
    const won = (await Promise.allSettled(puts)).filter(({ status }) => status === 'fulfilled')
    expect(won).toHaveLength(1)
  })

  test('large ones hold, and leave neither probes nor files', async () => {
    const scratch = await mkdtemp(join(tmpdir(), 'storage-s3-test-'))
    const storage = bucket.storage({ prefix: 'held', scratch })
    const [one, two] = [pattern(LARGE, 1), pattern(LARGE + 1, 2)]
    const first = await storage.put('a', inPieces(one), { ifNoneMatch: '*' })
    expect(await failureOf(storage.put('a', inPieces(two), { ifNoneMatch: '*' }))).toMatchObject({
      code: 'STORAGE_PRECONDITION_FAILED',
    })
    expect(await failureOf(storage.put('a', inPieces(two), { ifMatch: '"other"' }))).toMatchObject({
      code: 'STORAGE_PRECONDITION_FAILED',
    })
    const second = await storage.put('a', inPieces(two), { ifMatch: first.etag })
    expect(await failureOf(storage.put('a', one, { ifMatch: first.etag }))).toMatchObject({
      code: 'STORAGE_PRECONDITION_FAILED',
    })
    expect(await storage.head('a')).toEqual(second)
    expectBytes(await bytesOf(storage, 'a'), two)
    const failure = new Error('broken')
    async function* broken() {
      yield two
      throw failure
    }
    expect(await failureOf(storage.put('b', broken(), { ifNoneMatch: '*' }))).toBe(failure)
    expect(await readdir(scratch)).toEqual([])
    expect(await bucket.names('held')).toEqual(['held/a'])
    expect(await bucket.leftovers('held/')).toEqual([])
    await rm(scratch, { recursive: true })
  })

  test('hold when the object changes while a large body comes', async () => {
    const storage = bucket.storage({ prefix: 'late' })
    async function* body() {
      yield pattern(LARGE)
      await storage.put('a', bytes('early'))
    }
    expect(await failureOf(storage.put('a', body(), { ifNoneMatch: '*' }))).toMatchObject({
      code: 'STORAGE_PRECONDITION_FAILED',
    })
    expectBytes(await bytesOf(storage, 'a'), bytes('early'))
  })

  test.each(['*', '"*"', '', '""', 'a"b', 'a\nb', 'ä', 'a b', 'W/"x"'])(
    'ifMatch %j matches nothing',
    async (ifMatch) => {
      const storage = bucket.storage({ prefix: 'odd' })
      await storage.put('a', bytes('a'))
      expect(await failureOf(storage.put('a', bytes('b'), { ifMatch }))).toMatchObject({
        code: 'STORAGE_PRECONDITION_FAILED',
      })
      expectBytes(await bytesOf(storage, 'a'), bytes('a'))
    },
  )
})

real('an open object', () => {
  const size = 3 * MIB

  test('that was replaced or deleted fails as SOURCE_CHANGED where its bytes are not here yet', async () => {
    const storage = bucket.storage({ prefix: 'pin' })
    for (const change of [
      () => storage.put('a', pattern(size, 2)),
      () => storage.put('a', bytes('short')),
      () => storage.delete('a'),
    ]) {
      await storage.put('a', pattern(size))
      const source = await opened(storage, 'a')
      await change()
      const error = await failureOf(source.read(MIB, new Uint8Array(MIB)))
      expect(error).toMatchObject({ code: 'SOURCE_CHANGED', audience: 'user', retryable: true })
      expect(error.message).toBe('a was replaced or deleted while it was read. Open it again for what is there now.')
      await source.close()
    }
  })

  test('that is small stays, whatever becomes of it', async () => {
    const storage = bucket.storage({ prefix: 'small' })
    const body = pattern(256 * 1024)
    await storage.put('a', body)
    const source = await opened(storage, 'a')
    await storage.delete('a')
    const all = new Uint8Array(body.length)
    for (let round = 0; round < 2; round++) {
      await source.read(0, all)
      expectBytes(all, body)
    }
    await source.close()
  })

  test('gives the bytes of any range', async () => {
    const storage = bucket.storage({ prefix: 'range' })
    const body = pattern(size)
    await storage.put('a', body)
    const source = await opened(storage, 'a')
    const edges = [0, 1, 80, 65_535, 65_536, 262_143, 262_144, 262_145, 1_000_000, size - 1, size, size + 5]
    for (const start of edges)
      for (const length of [0, 1, 10, 23_040, 65_536, 300_000]) {
        const into = new Uint8Array(length)
        const read = await source.read(start, into)
        expectBytes(into.subarray(0, read), body.subarray(start, start + length))
      }
    await source.close()
  })

  test('that is closed while it is read fails as closed', async () => {
    const storage = bucket.storage({ prefix: 'closed' })
    await storage.put('a', pattern(size))
    const source = await opened(storage, 'a')
    const read = failureOf(source.read(MIB, new Uint8Array(MIB)))
    await source.close()
    expect(await read).toBeInstanceOf(TypeError)
  })
})

real('URLs', () => {
  test('give the object, as what it is and under its name', async () => {
    const storage = bucket.storage({ prefix: 'urls' })
    const cases = {
      'a/b.fits': ['application/fits', 'attachment; filename="b.fits"'],
      'a/b.jpg': ['image/jpeg', 'inline; filename="b.jpg"'],
      'a/b.csv': ['text/csv', 'attachment; filename="b.csv"'],
    }
    for (const [key, [type, disposition]] of Object.entries(cases)) {
      await storage.put(key, bytes(key), key.endsWith('csv') ? { contentType: 'text/csv' } : {})
      const response = await fetch(await storage.url(key))
      expect([response.status, await response.text()]).toEqual([200, key])
      expect(response.headers.get('content-type')).toBe(type)
      expect(response.headers.get('content-disposition')).toBe(disposition)
    }
    const part = await fetch(await storage.url('a/b.fits'), { headers: { range: 'bytes=2-3' } })
    expect([part.status, await part.text()]).toEqual([206, 'b.'])
    expect((await fetch(await storage.url('a/none'))).status).toBe(404)
  })

  test('that were changed are refused', async () => {
    const storage = bucket.storage({ prefix: 'urls' })
    await storage.put('secret', bytes('secret'))
    const url = await storage.url('other')
    const later = new URL(url)
    later.searchParams.set('X-Amz-Expires', '604800')
    const signed = new URL(url)
    const signature = signed.searchParams.get('X-Amz-Signature') ?? ''
    signed.searchParams.set(
      'X-Amz-Signature',
      signature.replace(/^./, (first) => (first === '0' ? '1' : '0')),
    )
    for (const changed of [url.replace('/other', '/secret'), later.href, signed.href, url.split('?')[0] ?? ''])
      expect((await fetch(changed)).status).toBe(403)
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403)
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(403)
  })

  test('are refused when their time is over', async () => {
    const storage = bucket.storage({ prefix: 'urls', urlLife: 1 })
    await storage.put('brief', bytes('brief'))
    const url = await storage.url('brief')
    await vi.waitFor(async () => expect((await fetch(url)).status).toBe(403), { timeout: 15_000, interval: 200 })
  })

  test('last for as long as they are made for', async () => {
    const lifeOf = async (storage: S3Storage) => new URL(await storage.url('a')).searchParams.get('X-Amz-Expires')
    expect(await lifeOf(bucket.storage())).toBe('86400')
    expect(await lifeOf(bucket.storage({ urlLife: 604_800 }))).toBe('604800')
  })
})

real('refusals', () => {
  test('a missing bucket is told, by every call', async () => {
    const at = { endpoint: endpoint ?? '', region: 'us-east-1', credentials }
    const storage = () => new S3Storage({ bucket: `${bucket.name}-none`, ...at })
    const calls: (() => Promise<unknown>)[] = [
      () => storage().put('a', bytes('a')),
      () => storage().put('a', bytes('a'), { ifNoneMatch: '*' }),
      () => storage().put('a', pattern(LARGE)),
      () => storage().open('a'),
      () => storage().head('a'),
      () => storage().list(''),
      () => storage().delete('a'),
      () => storage().delete(['a', 'b']),
    ]
    for (const call of calls) {
      const error = await failureOf(call())
      expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: false })
      expect(error.message).toContain(`there is no bucket ${bucket.name}-none. Create it, or correct its name`)
    }
  })

  test('what is forbidden is told from what is missing', async () => {
    const statement = {
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      Resource: [`arn:aws:s3:::${bucket.name}/denied/*`],
    }
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
    const storage = bucket.storage({ prefix: 'denied' })
    await storage.put('a', bytes('a'))
    await bucket.client.send(new PutBucketPolicyCommand({ Bucket: bucket.name, Policy: policy }))
    const expected = { code: 'STORAGE_FORBIDDEN', retryable: false, audience: 'developer' }
    for (const [call, permission] of [
      [() => storage.open('a'), 's3:GetObject'],
      [() => storage.head('a'), 's3:GetObject'],
      [() => storage.put('b', bytes('b')), 's3:PutObject'],
      [() => storage.put('b', inPieces(pattern(LARGE))), 's3:PutObject'],
      [() => storage.delete('a'), 's3:DeleteObject'],
      [() => storage.delete(['a', 'b']), 's3:DeleteObject'],
    ] as const) {
      const error = await failureOf(call())
      expect(error).toMatchObject(expected)
      expect(error.message).toContain(`Allow ${permission}`)
    }
    expect((await failureOf(storage.open('a'))).message).toContain(
      'for an object that is not there, unless s3:ListBucket',
    )
    expect((await failureOf(storage.delete(['a', 'b']))).details).toMatchObject({ keys: ['a', 'b'], count: 2 })
    const outside = bucket.storage()
    const partly = await failureOf(outside.delete(['denied/a', 'other']))
    expect(partly).toMatchObject({ ...expected, details: { keys: ['denied/a'], count: 1 } })
    await bucket.client.send(new DeleteBucketPolicyCommand({ Bucket: bucket.name }))
    expectBytes(await bytesOf(storage, 'a'), bytes('a'))
  })

  test.each([
    ['a wrong secret', { ...credentials, secretAccessKey: 'WRONG-SECRET' }],
    ['an unknown key', { accessKeyId: 'NOBODY', secretAccessKey: 'WRONG-SECRET' }],
  ])('%s is told without a word of it', async (_, wrong) => {
    const storage = bucket.storage({ credentials: wrong })
    for (const call of [
      () => storage.put('a', pattern(4 * MIB)),
      () => storage.open('a'),
      () => storage.list(''),
      () => storage.head('a'),
    ]) {
      const error = await failureOf(call())
      expect(error).toMatchObject({ code: 'STORAGE_FORBIDDEN', retryable: false })
      expect(JSON.stringify(error)).not.toMatch(/WRONG|NOBODY|Signature=|X-Amz/)
    }
  })
})

real('a storage', () => {
  test('is found by its address, with what the environment says', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_S3', endpoint ?? '')
    const storage = s3Storage(`s3://${bucket.name}/by/address`)
    await storage.put('a', bytes('a'))
    expect(await bucket.names('by/address')).toEqual(['by/address/a'])
    expect(await storage.url('a')).toContain(`/${bucket.name}/by/address/a?`)
    await storage.close()
    vi.unstubAllEnvs()
  })

  test('destroys the client that it made, and not one that it was given', async () => {
    const destroy = vi.spyOn(S3Client.prototype, 'destroy')
    const given = bucket.storage({ client: bucket.client })
    await given.list('')
    await given.close()
    expect(destroy).not.toHaveBeenCalled()
    const own = bucket.storage()
    await own.list('')
    await own.close()
    await own.close()
    expect(destroy).toHaveBeenCalledTimes(1)
    destroy.mockRestore()
    for (const closed of [given, own]) await expect(closed.head('a')).rejects.toThrow('This storage is closed')
    await bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key: 'alive', Body: 'x' }))
  })

  test('leaves the client that it was given as it was', async () => {
    const before = JSON.stringify(bucket.client.middlewareStack.identify())
    const storage = bucket.storage({ client: bucket.client, prefix: 'given' })
    await storage.put('a', inPieces(pattern(LARGE)))
    await storage.put('b', inPieces(pattern(LARGE)), { ifNoneMatch: '*' })
    expect((await bytesOf(storage, 'b')).length).toBe(LARGE)
    expect((await fetch(await storage.url('b'))).status).toBe(200)
    await storage.delete(['a', 'b'])
    expect(JSON.stringify(bucket.client.middlewareStack.identify())).toBe(before)
  })
})
