import { randomUUID } from 'node:crypto'
import { contentTypeOf, type PutOptions, preconditionFailed } from '@datalab/core'
import { type Bucket, type ObjectHead, PUT_ID } from './bucket.js'

/** What has to hold for a put: no object is there, or the one with this etag. */
export type Condition = { readonly kind: 'absent' } | { readonly kind: 'etag'; readonly etag: string }

/** An object to be put, but for its bytes. */
export interface PutRequest {
  readonly key: string
  /** Of this put alone: the object carries it, so that it can be told from what others put. */
  readonly id: string
  readonly contentType: string
  /** Absent: it is put whatever is there. */
  readonly condition?: Condition | undefined
  readonly signal?: AbortSignal | undefined
}

/** The etag of an object that was put, with what the server says of it where that was asked. */
export interface PutAnswer {
  readonly etag: string
  readonly head?: ObjectHead
}

/** @throws STORAGE_PRECONDITION_FAILED where the condition cannot hold, whatever is there. */
export function putRequest(key: string, options: PutOptions): PutRequest {
  const { contentType = contentTypeOf(key), signal } = options
  return { key, id: randomUUID(), contentType, condition: conditionOf(key, options), signal }
}

/** The headers by which an object is named and described. */
export function objectHeaders(bucket: Bucket, { key, id, contentType }: PutRequest) {
  return { Bucket: bucket.name, Key: bucket.nameOf(key), ContentType: contentType, Metadata: { [PUT_ID]: id } }
}

function conditionOf(key: string, options: PutOptions): Condition | undefined {
  const { ifNoneMatch, ifMatch } = options
  if (ifMatch === undefined) return ifNoneMatch === undefined ? undefined : { kind: 'absent' }
  // Nothing has both this etag and none; and to S3 `*` would be any.
  if (ifNoneMatch !== undefined || !/^"?[\x21\x23-\x29\x2b-\x7e]{1,200}"?$/.test(ifMatch))
    throw preconditionFailed(key, options)
  return { kind: 'etag', etag: `"${ifMatch.replaceAll('"', '')}"` }
}
