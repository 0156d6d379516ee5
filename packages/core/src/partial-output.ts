import type { StoredOutput } from './output.js'

/** Partial output is published no more often than this, in milliseconds, and for no larger a part of the time. */
const INTERVAL = 250
const SHARE = 0.1

/**
 * Publishes what a run has made so far: at once; where that was done just before, a little later. Who makes a thousand files would else have
 * a thousand lists written, each longer than the one before.
 */
export class PartialOutput {
  #latest: StoredOutput | undefined
  #timer: NodeJS.Timeout | undefined
  #isPublishing = false
  #isOver = false
  #nextAt = Number.NEGATIVE_INFINITY

  /** @param publish resolves when the output is written, or the run is over */
  constructor(private readonly publish: (partial: StoredOutput) => Promise<void>) {}

  /** Takes the output so far in the place of what it was. Resolves when it is written, or is to be written soon. */
  async show(partial: StoredOutput): Promise<void> {
    if (this.#isOver) return
    this.#latest = partial
    if (this.#isPublishing || this.#timer !== undefined) return
    if (performance.now() >= this.#nextAt) await this.#publishLatest()
    else this.#publishLater()
  }

  /** What is not published by now need not be: the run is over. */
  end(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
  }

  async #publishLatest(): Promise<void> {
    this.#timer = undefined
    const partial = this.#latest
    if (partial === undefined) return
    this.#latest = undefined
    this.#isPublishing = true
    const start = performance.now()
    try {
      await this.publish(partial)
    } finally {
      this.#isPublishing = false
      const now = performance.now()
      this.#nextAt = now + Math.max(INTERVAL, (now - start) / SHARE)
      if (this.#latest !== undefined && !this.#isOver) this.#publishLater()
    }
  }

  #publishLater(): void {
    // Nobody waits for it, and the result does not depend on it.
    const publish = () => void this.#publishLatest().catch(() => {})
    this.#timer = setTimeout(publish, this.#nextAt - performance.now())
    this.#timer.unref()
  }
}
