import { unlessAborted } from './deadline.js'

/** Lets so many through at once; the others wait, in their order. */
export class Gate {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(places: number) {
    this.#free = places
  }

  /**
   * Does something when there is a place for it.
   *
   * @throws DATALAB_ABORTED when the signal is aborted while it waits; what `work` throws.
   */
  async pass<Value>(signal: AbortSignal | undefined, work: () => Promise<Value>): Promise<Value> {
    await this.#enter(signal)
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  async #enter(signal: AbortSignal | undefined): Promise<void> {
    if (this.#free > 0) {
      this.#free--
      return
    }
    let turn = () => {}
    const entered = new Promise<void>((resolve) => {
      turn = resolve
    })
    this.#waiting.push(turn)
    try {
      await unlessAborted(entered, signal)
    } catch (error) {
      const index = this.#waiting.indexOf(turn)
      if (index >= 0) this.#waiting.splice(index, 1)
      // Its turn came, and it is gone.
      else this.#leave()
      throw error
    }
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next()
  }
}
