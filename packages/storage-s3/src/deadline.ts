import { throwIfAborted } from '@datalab/core'

/** Resolves after `ms` milliseconds; rejects, and leaves no timer behind, when the signal is aborted. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<void>

/** How long one request may take. */
export interface TimeLimits {
  /** In all. */
  readonly requestTimeoutMs: number
  /** While nothing comes of an answer's body. */
  readonly idleTimeoutMs: number
  readonly wait: Wait
}

/** One request's time: it is given up when its caller does so, or when time runs out. */
export class Deadline {
  readonly #request = new AbortController()
  readonly #timer = new AbortController()
  readonly #onAbort = () => this.giveUp()
  #expired: string | undefined

  constructor(
    private readonly limits: TimeLimits,
    private readonly outer?: AbortSignal,
  ) {
    outer?.addEventListener('abort', this.#onAbort, { once: true })
    if (outer?.aborted) this.giveUp()
    else this.#expireAfter(limits.requestTimeoutMs, this.#timer.signal, 'took longer than')
  }

  /** Aborted when the request is given up. */
  get signal(): AbortSignal {
    return this.#request.signal
  }

  /** What took too long, where time ran out. */
  get expired(): string | undefined {
    return this.#expired
  }

  /**
   * What is awaited, or a rejection when the request is given up first.
   *
   * @param isIdle whether the time in which nothing comes is limited, too
   */
  async during<Value>(awaited: Promise<Value>, isIdle = false): Promise<Value> {
    const done = new AbortController()
    const { idleTimeoutMs } = this.limits
    if (isIdle) this.#expireAfter(idleTimeoutMs, done.signal, 'sent nothing for')
    try {
      return await Promise.race([awaited, rejectionOf(this.signal, done.signal)])
    } finally {
      done.abort()
    }
  }

  /** Ends the request as it is. */
  giveUp(): void {
    this.finish()
    this.#request.abort()
  }

  /** The request came to its end; its connection is left as it is. */
  finish(): void {
    this.outer?.removeEventListener('abort', this.#onAbort)
    this.#timer.abort()
  }

  #expireAfter(ms: number, cancelled: AbortSignal, what: string): void {
    const expire = () => {
      if (cancelled.aborted) return
      this.#expired = `${what} ${ms / 1000} s`
      this.giveUp()
    }
    this.limits.wait(ms, cancelled).then(expire, () => {})
  }
}

/** What is awaited, or DATALAB_ABORTED as soon as the signal is aborted. */
export async function unlessAborted<Value>(awaited: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return awaited
  const done = new AbortController()
  try {
    return await Promise.race([awaited, rejectionOf(signal, done.signal)])
  } catch (error) {
    throwIfAborted(signal)
    throw error
  } finally {
    done.abort()
  }
}

/** Rejects when the signal is aborted, unless its listener was taken off by then. */
function rejectionOf(signal: AbortSignal, takenOff: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    takenOff.addEventListener('abort', () => signal.removeEventListener('abort', onAbort), { once: true })
    if (signal.aborted) onAbort()
  })
}
