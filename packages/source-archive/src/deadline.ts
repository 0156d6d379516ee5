/** Resolves after `ms` milliseconds; rejects, and leaves no timer behind, when the signal is aborted. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<void>

/** Gives up on a request when its caller does, or when what it awaits does not come for too long. */
export class Deadline {
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal | undefined
  readonly #end = () => this.end()
  #isExpired = false

  constructor(
    readonly ms: number,
    private readonly wait: Wait,
    outer?: AbortSignal,
  ) {
    this.#outer = outer
    outer?.addEventListener('abort', this.#end, { once: true })
    if (outer?.aborted) this.end()
  }

  /** Aborted when the request is over, in whatever way. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Whether time ran out. */
  get isExpired(): boolean {
    return this.#isExpired
  }

  /** What is awaited, or a rejection: when it does not come in time, or the request is over. */
  during<Value>(awaited: Promise<Value>): Promise<Value> {
    const timer = new AbortController()
    return new Promise<Value>((resolve, reject) => {
      const onEnd = () => {
        timer.abort()
        reject(this.signal.reason)
      }
      const settled = () => {
        timer.abort()
        this.signal.removeEventListener('abort', onEnd)
      }
      this.signal.addEventListener('abort', onEnd, { once: true })
      awaited.then(resolve, reject).finally(settled)
      if (this.signal.aborted) onEnd()
      else this.#expireUnless(timer.signal)
    })
  }

  /** Ends the request and frees its connection. */
  end(): void {
    this.#outer?.removeEventListener('abort', this.#end)
    this.#controller.abort()
  }

  #expireUnless(cancelled: AbortSignal): void {
    const expire = () => {
      if (cancelled.aborted) return
      this.#isExpired = true
      this.end()
    }
    this.wait(this.ms, cancelled).then(expire, () => {})
  }
}
