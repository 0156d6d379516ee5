import { abortable } from './abortable.js'

/** Lets so many things go on at a time, in the order in which they came. */
export class Slots {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(count: number) {
    this.#free = count
  }

  /**
   * Does work when there is a slot for it.
   *
   * @throws DATALAB_ABORTED when the signal is aborted before there is.
   */
  async use<Result>(signal: AbortSignal | undefined, work: () => Promise<Result>): Promise<Result> {
    await this.#take(signal)
    try {
      return await work()
    } finally {
      this.#release()
    }
  }

  async #take(signal: AbortSignal | undefined): Promise<void> {
    if (this.#free > 0) {
      this.#free--
      return
    }
    let turn = () => {}
    const taken = new Promise<void>((resolve) => {
      turn = resolve
    })
    this.#waiting.push(turn)
    try {
      await abortable(taken, signal)
    } catch (error) {
      const place = this.#waiting.indexOf(turn)
      // Its turn may have come in the same moment.
      if (place === -1) this.#release()
      else this.#waiting.splice(place, 1)
      throw error
    }
  }

  #release(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next()
  }
}
