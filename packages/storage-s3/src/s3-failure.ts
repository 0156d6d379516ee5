/**
 * What became of a request, as far as it matters here:
 * - `missing`, `bucket`, `upload`: there is no such object, bucket, upload
 * - `precondition`, `conflict`: a condition does not hold; another request came between
 * - `range`: the object has no such bytes
 * - `changed`: the object is not the version any more that was opened
 * - `busy`, `lost`: not done; perhaps done, nobody knows
 * - `damaged`: bytes were not those that were sent
 * - `skewed`: the clocks disagree, which the client sets right for the next request
 * - `forbidden`, `credentials`, `archived`, `elsewhere`, `full`, `refused`: it will not be done
 */
export type FailureKind =
  | 'missing'
  | 'bucket'
  | 'upload'
  | 'precondition'
  | 'conflict'
  | 'range'
  | 'changed'
  | 'busy'
  | 'lost'
  | 'damaged'
  | 'skewed'
  | 'forbidden'
  | 'credentials'
  | 'archived'
  | 'elsewhere'
  | 'full'
  | 'refused'

/** Facts of a failed request that are fit to be shown. */
export interface FailureFacts {
  /** The HTTP status, where there was an answer. */
  readonly status?: number | undefined
  /** What S3 or the system calls it: `AccessDenied`, `ECONNREFUSED`. */
  readonly code?: string | undefined
  readonly requestId?: string | undefined
  readonly retryAfterMs?: number | undefined
  /** The error underneath, without anything secret. */
  readonly cause?: unknown
}

/** A failed request, before it is known what it was made for. It never leaves this package. */
export class S3Failure extends Error {
  override readonly name = 'S3Failure'
  readonly status: number | undefined
  readonly code: string | undefined
  readonly requestId: string | undefined
  readonly retryAfterMs: number | undefined

  /** @param reason what happened, as the end of a sentence that begins with the storage */
  constructor(
    readonly kind: FailureKind,
    readonly reason: string,
    facts: FailureFacts = {},
  ) {
    super(reason, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.status = facts.status
    this.code = facts.code
    this.requestId = facts.requestId
    this.retryAfterMs = facts.retryAfterMs
  }
}

/** Whether something failed in one of these ways. */
export function isFailure(error: unknown, ...kinds: FailureKind[]): error is S3Failure {
  return error instanceof S3Failure && kinds.includes(error.kind)
}

/** Whether the same request may succeed later. */
export function isTransient({ kind }: S3Failure): boolean {
  return kind === 'busy' || kind === 'lost' || kind === 'damaged' || kind === 'conflict' || kind === 'skewed'
}
