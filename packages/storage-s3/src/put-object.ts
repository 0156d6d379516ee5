import { types } from 'node:util'
import { BodyFailure, type ObjectBody, type ObjectInfo, type PutOptions, preconditionFailed } from '@datalab/core'
import { BodyParts, type Part } from './body-parts.js'
import type { Bucket } from './bucket.js'
import type { ConditionCheck, ConditionHeaders } from './condition-check.js'
import { type Deed, explained, tooLarge } from './explained.js'
import { MultipartUpload } from './multipart-upload.js'
import { confirmed } from './object-info.js'
import { MOST_PUT_BYTES } from './part-size.js'
import { type Condition, type PutAnswer, type PutRequest, putRequest } from './put-request.js'
import { type Content, contentOf, putWhole } from './put-whole.js'
import { isFailure, S3Failure } from './s3-failure.js'
import { Spool } from './spool.js'

const UNCONDITIONAL =
  'takes no notice of conditions, so that writers would overwrite each other; use a server that minds If-None-Match and If-Match'

/** Where objects are put, and what is known of it. */
export interface PutPlace {
  readonly bucket: Bucket
  readonly conditions: ConditionCheck
}

/** A body, cut into parts while it comes. */
interface CutBody {
  readonly parts: AsyncGenerator<Part, void, void>
  readonly memory: BodyParts
  readonly stop: AbortController
  readonly signal: AbortSignal
}

interface Uploaded {
  readonly size: number
  readonly answer: PutAnswer
}

/**
 * Puts an object.
 *
 * @throws the errors of `ObjectStorage.put`; what the body throws, as it is.
 */
export async function putObject(
  place: PutPlace,
  key: string,
  body: ObjectBody,
  options: PutOptions,
): Promise<ObjectInfo> {
  const put = putRequest(key, options)
  const cut = cutBody(body, put, place.bucket.settings.partSize)
  try {
    const { size, answer } = await upload(place, put, body, cut).catch((error) => failing(place.bucket, put, error))
    return await confirmed(place.bucket, put, size, answer)
  } catch (error) {
    if (error instanceof BodyFailure) throw error.error
    if (put.condition !== undefined && isFailure(error, 'precondition', 'missing'))
      throw preconditionFailed(key, options)
    throw explained(error, deedOf(place, put))
  } finally {
    await cut.parts.return()
  }
}

function cutBody(body: ObjectBody, put: PutRequest, partSize: number): CutBody {
  const stop = new AbortController()
  const signal = put.signal === undefined ? stop.signal : AbortSignal.any([put.signal, stop.signal])
  const memory = new BodyParts(partSize)
  return { parts: memory.of(body, signal), memory, stop, signal }
}

/** Sends a body: with one request where it fits a part, or where no other way minds the condition; else in parts. */
async function upload(place: PutPlace, put: PutRequest, body: ObjectBody, cut: CutBody): Promise<Uploaded> {
  const first = (await cut.parts.next()).value
  if (first === undefined) throw new TypeError('The body was ended before it began.')
  if (first.isLast) return sendWhole(place, put, contentOf(first.bytes))
  if (put.condition !== undefined) await checkHolds(place.bucket, put, put.condition)
  const condition = await place.conditions.headers('parts', put)
  if (condition !== undefined) return sendParts(place, put, condition, first, cut)
  return types.isUint8Array(body) ? sendWhole(place, put, contentOf(body)) : sendSpooled(place, put, first, cut)
}

async function sendWhole(place: PutPlace, put: PutRequest, content: Content): Promise<Uploaded> {
  if (content.size > MOST_PUT_BYTES)
    throw tooLarge(deedOf(place, put), 'the 5 GiB that this server can put on a condition')
  const condition = await place.conditions.headers('whole', put)
  if (condition === undefined) throw new S3Failure('refused', UNCONDITIONAL)
  return { size: content.size, answer: await putWhole(place.bucket, put, condition, content) }
}

async function sendParts(
  place: PutPlace,
  put: PutRequest,
  condition: ConditionHeaders,
  first: Part,
  cut: CutBody,
): Promise<Uploaded> {
  const upload = new MultipartUpload(place.bucket, put, condition)
  const answer = await upload.run({ ...cut, parts: allParts(first, cut) })
  return { size: upload.size, answer }
}

async function sendSpooled(place: PutPlace, put: PutRequest, first: Part, cut: CutBody): Promise<Uploaded> {
  const spool = await Spool.create(place.bucket.settings.scratch)
  try {
    for await (const part of allParts(first, cut)) {
      await spool.append(part.bytes)
      cut.memory.release(part)
      if (spool.size > MOST_PUT_BYTES) break
    }
    return await sendWhole(place, put, spool.content())
  } finally {
    await spool.close()
  }
}

async function* allParts(first: Part, { parts }: CutBody): AsyncGenerator<Part, void, void> {
  yield first
  yield* parts
}

/** Where another request came between: whether it was one after which the condition does not hold any more. */
async function failing(bucket: Bucket, put: PutRequest, error: unknown): Promise<never> {
  if (put.condition !== undefined && isFailure(error, 'conflict', 'upload'))
    await checkHolds(bucket, put, put.condition)
  throw error
}

/** Before much is sent, or when it was in vain: what a condition says of the object that is there now. */
async function checkHolds(bucket: Bucket, { key, signal }: PutRequest, condition: Condition): Promise<void> {
  const head = await bucket.head(key, { signal })
  const holds = condition.kind === 'absent' ? head === undefined : head?.etag === condition.etag
  if (!holds) throw new S3Failure('precondition', 'has another version by now')
}

function deedOf({ bucket }: PutPlace, { key }: PutRequest): Deed {
  return { bucket, key, action: 'put' }
}
