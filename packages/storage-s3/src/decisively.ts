import type { Bucket, ObjectHead } from './bucket.js'
import type { PutAnswer, PutRequest } from './put-request.js'
import { isFailure, S3Failure } from './s3-failure.js'

/** How long a request that is on its way may still be answered when its put was aborted. */
const PATIENCE_MS = 500

/**
 * Does what makes an object appear, again where that may help. Where an answer was lost, the object itself says whether it is there: a
 * condition that fails then may fail because the put before it succeeded. An abort that comes too late changes nothing: the server is given a
 * moment to say so.
 *
 * @param attempt resolves to the object's etag
 * @throws S3Failure; DATALAB_ABORTED.
 */
export async function decisively(
  bucket: Bucket,
  put: PutRequest,
  attempt: (signal: AbortSignal | undefined) => Promise<string>,
): Promise<PutAnswer> {
  let isInDoubt = false
  const watched = async () => {
    const late = afterwards(bucket, put.signal)
    try {
      return await attempt(late?.signal)
    } catch (error) {
      isInDoubt ||= isFailure(error, 'lost')
      throw error
    } finally {
      late?.stop()
    }
  }
  try {
    return { etag: await bucket.retrying(put.signal, watched) }
  } catch (error) {
    const head = isInDoubt && put.signal?.aborted !== true ? await ownObject(bucket, put, error) : undefined
    if (head === undefined) throw error
    return { etag: head.etag, head }
  }
}

/** A signal that is aborted as this one is, a moment later. */
function afterwards(bucket: Bucket, signal: AbortSignal | undefined) {
  if (signal === undefined) return undefined
  const [late, over] = [new AbortController(), new AbortController()]
  const onAbort = () => {
    const abort = () => late.abort(signal.reason)
    bucket.settings.wait(PATIENCE_MS, over.signal).then(abort, () => {})
  }
  signal.addEventListener('abort', onAbort, { once: true })
  const stop = () => {
    signal.removeEventListener('abort', onAbort)
    over.abort()
  }
  return { signal: late.signal, stop }
}

/** The object, if this put is the one it came from. */
async function ownObject(bucket: Bucket, put: PutRequest, error: unknown): Promise<ObjectHead | undefined> {
  const isAnswered = isFailure(error, 'precondition', 'conflict', 'missing', 'upload')
  try {
    const head = await bucket.head(put.key, { signal: put.signal, isOnce: !isAnswered })
    return head?.putId === put.id ? head : undefined
  } catch (failure) {
    // A condition that failed would say that somebody else's object is there, and nobody knows.
    if (isAnswered && failure instanceof S3Failure) throw new S3Failure('lost', failure.reason, failure)
    return undefined
  }
}
