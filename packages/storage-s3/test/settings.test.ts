import { S3Client } from '@aws-sdk/client-s3'
import { describe, expect, test } from 'vitest'
import { S3Storage, type S3StorageOptions, s3Storage } from '../src/index.js'
import { settingsOf } from '../src/settings.js'

const bucket = 'results'

describe('S3Storage', () => {
  test('is shared by a fleet, and does not keep versions', () => {
    expect(new S3Storage({ bucket })).toMatchObject({ reach: 'fleet', supports: { snapshots: false } })
  })

  test.each([
    ['', ''],
    ['/', ''],
    ['a', 'a/'],
    ['/a/b/', 'a/b/'],
    ['a b/ä+%', 'a b/ä+%/'],
    ['...', '.../'],
    ['x'.repeat(123), `${'x'.repeat(123)}/`],
  ])('takes the prefix %j as %j', (prefix, expected) => {
    expect(settingsOf({ bucket, prefix }).prefix).toBe(expected)
  })

  test.each(['results', 'my-bucket.1', 'Old_Bucket', 'arn:aws:s3:eu-west-1:123456789012:accesspoint/mine'])(
    'takes the bucket %s',
    (name) => {
      expect(settingsOf({ bucket: name }).bucket).toBe(name)
    },
  )

  test.each([
    [{ bucket: '' }, "no bucket's name"],
    [{ bucket: 'a/b' }, "no bucket's name"],
    [{ bucket: '..' }, "no bucket's name"],
    [{ bucket: 'a?b' }, "no bucket's name"],
    [{ bucket: undefined as unknown as string }, "no bucket's name"],
    [{ bucket, prefix: 'a//b' }, 'has a part that is empty'],
    [{ bucket, prefix: 'a/../b' }, "'.' or '..'"],
    [{ bucket, prefix: './a' }, "'.' or '..'"],
    [{ bucket, prefix: 'a\0b' }, 'cannot carry'],
    [{ bucket, prefix: 'a\nb' }, 'cannot carry'],
    [{ bucket, prefix: '\ud800' }, 'cannot carry'],
    [{ bucket, prefix: 'x'.repeat(124) }, 'more than 123 bytes'],
    [{ bucket, prefix: 'ä'.repeat(62) }, 'more than 123 bytes'],
    [{ bucket, endpoint: 's3.example.org' }, 'no http or https address'],
    [{ bucket, endpoint: 'ftp://s3.example.org' }, 'no http or https address'],
    [{ bucket, endpoint: 'https://me:secret@s3.example.org' }, 'more than a host'],
    [{ bucket, endpoint: 'https://s3.example.org/?secret' }, 'more than a host'],
    [{ bucket, urlLife: 0 }, 'urlLife is 0; give a whole number from 1 to 604800'],
    [{ bucket, urlLife: 604_801 }, 'from 1 to 604800'],
    [{ bucket, partSize: 2 ** 20 }, 'partSize is 1048576'],
    [{ bucket, partsAtOnce: 0 }, 'partsAtOnce is 0'],
    [{ bucket, retries: -1 }, 'retries is -1'],
    [{ bucket, retries: Number.NaN }, 'retries is NaN'],
    [{ bucket, idleTimeoutMs: Number.POSITIVE_INFINITY }, 'idleTimeoutMs is Infinity'],
    [{ bucket, requestTimeoutMs: 0.5 }, 'requestTimeoutMs is 0.5'],
    [{ bucket, connectTimeoutMs: 0 }, 'connectTimeoutMs is 0'],
    [
      { bucket, client: new S3Client({ region: 'x' }), region: 'y', pathStyle: true },
      'A client was given, and region, pathStyle besides',
    ],
  ] satisfies [S3StorageOptions, string][])('refuses %#', (options, message) => {
    expect(() => new S3Storage(options)).toThrow(TypeError)
    expect(() => new S3Storage(options)).toThrow(message)
    expect(() => new S3Storage(options)).not.toThrow(/secret/)
  })
})

describe('s3Storage', () => {
  test.each(['s3://results', 's3://results/', 'S3://results', 's3://results/a/b', 's3://results/a b/ä+%20/'])(
    'takes %s',
    (url) => {
      expect(s3Storage(url, { region: 'x' })).toBeInstanceOf(S3Storage)
    },
  )

  test.each([
    '',
    'results',
    'http://results/a',
    's3:/results',
    's3://',
    's3:///a',
    's3://key:secret@results/a',
    's3://results/a?secret',
    's3://results/a#secret',
    's3://results?secret',
  ])('refuses %s', (url) => {
    expect(() => s3Storage(url)).toThrow('no address of a bucket; give one such as s3://bucket/prefix')
    expect(() => s3Storage(url)).not.toThrow(/secret/)
  })
})
