import type { Readable } from 'node:stream'
import type { Bucket } from './bucket.js'
import { checkedEtag } from './bucket.js'
import { md5Of } from './checksum.js'
import type { ConditionHeaders } from './condition-check.js'
import { decisively } from './decisively.js'
import { objectHeaders, type PutAnswer, type PutRequest } from './put-request.js'

/** Bytes that go up with one request. */
export interface Content {
  readonly size: number
  /** In Base64, as S3 wants it. */
  readonly md5: string
  /** In Base64; the SDK would read a stream itself to know it. */
  readonly crc32?: string
  /** From the first byte on, for each attempt. */
  body(): Uint8Array | Readable
}

/** Bytes in memory as content. */
export function contentOf(bytes: Uint8Array): Content {
  return { size: bytes.length, md5: md5Of(bytes).toString('base64'), body: () => bytes }
}

/**
 * Puts an object with one request.
 *
 * @throws S3Failure; DATALAB_ABORTED.
 */
export function putWhole(
  bucket: Bucket,
  put: PutRequest,
  condition: ConditionHeaders,
  content: Content,
): Promise<PutAnswer> {
  const { size, md5, crc32 } = content
  const headers = {
    ...objectHeaders(bucket, put),
    ...condition,
    ContentLength: size,
    ContentMD5: md5,
    ...(crc32 !== undefined && { ChecksumCRC32: crc32 }),
  }
  return decisively(bucket, put, (signal) =>
    bucket.attempt(
      ({ PutObjectCommand }) => new PutObjectCommand({ ...headers, Body: content.body() }),
      signal,
      async ({ ETag }) => checkedEtag(ETag),
    ),
  )
}
