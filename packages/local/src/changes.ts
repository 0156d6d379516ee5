import { abortable } from './abortable.js'

const FIRST_MS = 10
const LONGEST_MS = 400

/** Waits for what others do: at once for those of this process, which tell, and after a while for those who do not. */
export class Changes {
  #waiting = new Set<() => void>()

  /** Something changed: whoever waits looks again. */
  tell(): void {
    const waiting = this.#waiting
    this.#waiting = new Set()
    for (const look of waiting) look()
  }

  /**
   * Waits until it is worth while to look again.
   *
   * @param looks how often it was looked in vain: the more, the longer it takes
   * @throws DATALAB_ABORTED
   */
  async next(looks: number, signal: AbortSignal | undefined): Promise<void> {
    let stop = () => {}
    const changed = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(LONGEST_MS, FIRST_MS * 1.5 ** looks))
      this.#waiting.add(resolve)
      stop = () => {
        clearTimeout(timer)
        this.#waiting.delete(resolve)
      }
    })
    try {
      await abortable(changed, signal)
    } finally {
      stop()
    }
  }
}
