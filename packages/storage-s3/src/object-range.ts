import type { GetObjectCommandInput, GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { answerPieces } from './answer-body.js'
import { type Bucket, checkedEtag } from './bucket.js'
import type { Deadline } from './deadline.js'
import type { Sdk } from './load-sdk.js'
import { isFailure, isTransient, S3Failure } from './s3-failure.js'

/** One version of an object. */
export interface Version {
  readonly size: number
  readonly etag: string
}

/** A version and its first bytes. */
export interface Beginning {
  readonly version: Version
  readonly bytes: Uint8Array
}

/**
 * The first bytes of an object as it is now; undefined where there is none.
 *
 * @param length at most so many bytes
 * @throws S3Failure, of the kind `changed` when the object was replaced before they had come.
 */
export async function readBeginning(
  bucket: Bucket,
  key: string,
  length: number,
  signal: AbortSignal,
): Promise<Beginning | undefined> {
  try {
    const { version, bytes, filled } = await bucket.retrying(signal, () => begin(bucket, key, length, signal))
    await readRange(bucket, key, version, filled, bytes.subarray(filled), signal)
    return { version, bytes }
  } catch (error) {
    if (isFailure(error, 'missing')) return undefined
    // An empty object has no first byte.
    if (isFailure(error, 'range')) return emptyObject(bucket, key, signal)
    throw error
  }
}

/**
 * Fills `into` with the bytes of a version from `first` on. Where an answer breaks off, the next one goes on.
 *
 * @throws S3Failure, of the kind `changed` when the version is not there any more.
 */
export async function readRange(
  bucket: Bucket,
  key: string,
  version: Version,
  first: number,
  into: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  if (into.length === 0) return
  const last = first + into.length - 1
  let filled = 0
  const attempt = async () => {
    const range = { Range: `bytes=${first + filled}-${last}`, IfMatch: version.etag }
    await bucket.attempt(getCommand(bucket, key, range), signal, async (answer, deadline) => {
      checkRange(answer, version, first + filled, last)
      for await (const piece of part(answer, deadline, into.length - filled)) {
        into.set(piece, filled)
        filled += piece.length
      }
    })
  }
  try {
    await bucket.retrying(signal, attempt, () => filled)
  } catch (error) {
    if (isFailure(error, 'precondition', 'missing', 'range')) throw new S3Failure('changed', error.reason, error)
    throw error
  }
}

/** Asks for the first bytes, and is content with those that come. */
async function begin(bucket: Bucket, key: string, length: number, signal: AbortSignal) {
  let begun: (Beginning & { filled: number }) | undefined
  try {
    const range = { Range: `bytes=0-${length - 1}` }
    await bucket.attempt(getCommand(bucket, key, range), signal, async (answer, deadline) => {
      const version = { size: sizeOf(answer), etag: checkedEtag(answer.ETag) }
      begun = { version, bytes: new Uint8Array(Math.min(length, version.size)), filled: 0 }
      for await (const piece of part(answer, deadline, begun.bytes.length)) {
        begun.bytes.set(piece, begun.filled)
        begun.filled += piece.length
      }
    })
  } catch (error) {
    if (begun === undefined || !(error instanceof S3Failure) || !isTransient(error)) throw error
  }
  if (begun === undefined) throw new S3Failure('lost', 'sends an empty answer')
  return begun
}

async function emptyObject(bucket: Bucket, key: string, signal: AbortSignal): Promise<Beginning | undefined> {
  const head = await bucket.head(key, { signal })
  if (head !== undefined && head.size > 0) throw new S3Failure('changed', 'has another object by now')
  return head && { version: { size: 0, etag: head.etag }, bytes: new Uint8Array() }
}

function getCommand(bucket: Bucket, key: string, range: Pick<GetObjectCommandInput, 'Range' | 'IfMatch'>) {
  const input = { Bucket: bucket.name, Key: bucket.nameOf(key), ...range }
  return ({ GetObjectCommand }: Sdk) => new GetObjectCommand(input)
}

/** The pieces of an answer's body, so many bytes in all, of which an answer without a range may have more. */
async function* part(answer: GetObjectCommandOutput, deadline: Deadline, length: number): AsyncGenerator<Uint8Array> {
  const isWhole = answer.ContentRange === undefined
  const announced = answer.ContentLength ?? length
  if (announced !== length && !(isWhole && announced > length))
    throw new S3Failure('lost', `sends ${announced} bytes instead of ${length}`)
  let rest = length
  for await (const piece of answerPieces(answer.Body, deadline)) {
    if (piece.length > rest && !isWhole) throw new S3Failure('lost', `sends more than ${length} bytes`)
    const wanted = piece.subarray(0, rest)
    rest -= wanted.length
    yield wanted
    if (rest === 0 && announced > length) return
  }
  if (rest > 0) throw new S3Failure('lost', `sent ${length - rest} bytes instead of ${length}`)
}

function sizeOf({ ContentRange, ContentLength }: GetObjectCommandOutput): number {
  const size = contentRange(ContentRange)?.total ?? ContentLength
  if (size === undefined) throw new S3Failure('refused', 'does not tell how large its objects are')
  return size
}

function checkRange(answer: GetObjectCommandOutput, version: Version, first: number, last: number): void {
  const range = contentRange(answer.ContentRange)
  if (checkedEtag(answer.ETag) !== version.etag) throw new S3Failure('changed', 'has another version by now')
  if (range === undefined) throw new S3Failure('refused', 'sends no parts of its objects')
  if (range.total !== version.size) throw new S3Failure('changed', 'has another version by now')
  if (range.first !== first || range.last > last) throw new S3Failure('lost', 'sends another part than it is asked for')
}

function contentRange(header: string | undefined): { first: number; last: number; total: number } | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(header ?? '')
  return match === null ? undefined : { first: Number(match[1]), last: Number(match[2]), total: Number(match[3]) }
}
