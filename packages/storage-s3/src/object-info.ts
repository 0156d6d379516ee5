import { contentTypeOf, type ObjectInfo } from '@datalab/core'
import type { Bucket, ObjectHead } from './bucket.js'
import type { PutAnswer, PutRequest } from './put-request.js'
import { S3Failure } from './s3-failure.js'

/**
 * What a storage says of an object. Its content type goes by the key: a list has no other, and one object is described in one way. Times have
 * seconds, as in S3's headers.
 */
export function infoOf(key: string, { size, etag, modified }: ObjectHead): ObjectInfo {
  const seconds = Math.floor(modified.getTime() / 1000)
  return { key, size, etag, contentType: contentTypeOf(key), modified: new Date(seconds * 1000) }
}

/**
 * What was put, as the server has it.
 *
 * @throws S3Failure when it has another number of bytes than were sent.
 */
export async function confirmed(
  bucket: Bucket,
  put: PutRequest,
  size: number,
  { etag, head: known }: PutAnswer,
): Promise<ObjectInfo> {
  // The object is there, whatever becomes of this question.
  const head = known ?? (await bucket.head(put.key, { signal: put.signal, isOnce: true }).catch(() => undefined))
  if (head?.putId !== put.id) return infoOf(put.key, { size, etag, modified: new Date() })
  if (head.size !== size) throw new S3Failure('damaged', `has ${head.size} bytes instead of ${size}`)
  return infoOf(put.key, head)
}
