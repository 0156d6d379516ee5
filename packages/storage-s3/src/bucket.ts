import type { ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-s3'
import { Connection, type MakeCommand } from './connection.js'
import type { Deadline } from './deadline.js'
import { retry } from './retry.js'
import { isFailure, S3Failure } from './s3-failure.js'
import type { Settings } from './settings.js'

/** What a server says of an object. */
export interface ObjectHead {
  readonly size: number
  readonly etag: string
  readonly modified: Date
  /** Which put it came from, where that was one of this package. */
  readonly putId?: string
}

/** How a request is made. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined
  /** Sends it once, whatever happens. */
  readonly isOnce?: boolean
}

/** The metadata of an object that names the put it came from. */
export const PUT_ID = 'datalab-put'

/** How long unfinished business holds up a closing. */
const CLOSING_MS = 10_000

/** One bucket: requests to it, tried again where that may help. */
export class Bucket {
  readonly name: string
  readonly connection: Connection
  readonly #background = new Set<Promise<void>>()
  #isThere = false

  constructor(readonly settings: Settings) {
    this.name = settings.bucket
    this.connection = new Connection(settings)
  }

  /** The name in the bucket of what has this key, or begins with it. */
  nameOf(key: string): string {
    return this.settings.prefix + key
  }

  /** The key of what has this name. */
  keyOf(name: string): string {
    return name.slice(this.settings.prefix.length)
  }

  /**
   * Sends a request until it is answered.
   *
   * @throws S3Failure, DATALAB_ABORTED.
   */
  request<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    make: MakeCommand<Input, Output>,
    { signal, isOnce = false }: RequestOptions = {},
  ): Promise<Output> {
    const attempt = () => this.attempt(make, signal, async (output) => output)
    return isOnce ? attempt() : this.retrying(signal, attempt)
  }

  /** Sends a request once, and has its answer used. */
  async attempt<Input extends ServiceInputTypes, Output extends ServiceOutputTypes, Result>(
    make: MakeCommand<Input, Output>,
    signal: AbortSignal | undefined,
    use: (output: Output, deadline: Deadline) => Promise<Result>,
  ): Promise<Result> {
    const result = await this.connection.send(make, signal, use)
    this.#isThere = true
    return result
  }

  /** Does what sends requests, again where that may help. */
  retrying<Value>(
    signal: AbortSignal | undefined,
    attempt: () => Promise<Value>,
    progress?: () => number,
  ): Promise<Value> {
    return retry(this.settings, signal, attempt, progress)
  }

  /** Has something done that nobody has to wait for, and whose failure is nobody's. Resolves when it has ended. */
  inBackground(work: Promise<unknown>): Promise<void> {
    const ended = work.then(
      () => {},
      () => {},
    )
    this.#background.add(ended)
    return ended.finally(() => this.#background.delete(ended))
  }

  /** Resolves when something has, or after so many milliseconds. */
  async atMost(ms: number, awaited: Promise<unknown>): Promise<void> {
    const timer = new AbortController()
    const late = this.settings.wait(ms, timer.signal).catch(() => {})
    await Promise.race([awaited, late])
    timer.abort()
  }

  /** Waits a while for what goes on in the background, then lets go of the client. */
  async close(): Promise<void> {
    await this.atMost(CLOSING_MS, Promise.all(this.#background))
    await this.connection.close()
  }

  /** What is known of an object; undefined where there is none. */
  async head(key: string, options: RequestOptions = {}): Promise<ObjectHead | undefined> {
    const place = { Bucket: this.name, Key: this.nameOf(key) }
    try {
      const answer = await this.request(({ HeadObjectCommand }) => new HeadObjectCommand(place), options)
      const { ContentLength: size = 0, ETag, LastModified: modified = new Date(0), Metadata } = answer
      const putId = Metadata?.[PUT_ID]
      return { size, etag: checkedEtag(ETag), modified, ...(putId !== undefined && { putId }) }
    } catch (error) {
      if (!isFailure(error, 'missing')) throw error
      await this.#checkIsThere(options)
      return undefined
    }
  }

  /** The answer that an object is missing does not say whether its bucket is. */
  async #checkIsThere(options: RequestOptions): Promise<void> {
    if (this.#isThere) return
    try {
      await this.request(({ HeadBucketCommand }) => new HeadBucketCommand({ Bucket: this.name }), options)
    } catch (error) {
      if (isFailure(error, 'missing', 'bucket')) throw new S3Failure('bucket', error.reason, error)
      if (!isFailure(error, 'forbidden', 'refused')) throw error
      // Whoever may not ask is told of a missing bucket by other requests.
      this.#isThere = true
    }
  }
}

/**
 * An etag, in quotes as the standard has it.
 *
 * @throws S3Failure where there is none: nothing could be read reliably, or replaced.
 */
export function checkedEtag(etag: string | undefined): string {
  if (etag === undefined || etag === '') throw new S3Failure('refused', 'gives its objects no ETag')
  return etag.includes('"') ? etag : `"${etag}"`
}
