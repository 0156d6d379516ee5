import { setImmediate } from 'node:timers/promises'
import { throwIfAborted } from './errors.js'

/** For how long, in milliseconds, work may keep the process from all else. */
const LONGEST_MS = 20

/** Keeps work that computes from holding up all else in its process: leases are renewed, and abortions heard, between its steps. */
export class Pace {
  #since: number
  #turn: Promise<void> | undefined
  #going = 0

  /**
   * @param signal of the run
   * @param now milliseconds, for tests
   */
  constructor(
    private readonly signal: AbortSignal,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#since = now()
  }

  /** Whether work goes on that keeps this pace. */
  get isKept(): boolean {
    return this.#going > 0
  }

  /** Does work that keeps this pace. */
  async keptBy<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#going++
    try {
      return await work()
    } finally {
      this.#going--
    }
  }

  /**
   * Lets the process do what else waits for it, where that has not been so for 20 ms. Whoever does not wait for it is not told of an abortion.
   *
   * @throws DATALAB_ABORTED once the run is to end.
   */
  breathe(): Promise<void> {
    if (this.#turn === undefined && this.now() - this.#since >= LONGEST_MS) this.#turn = this.#pass()
    const breath = this.#checked(this.#turn)
    breath.catch(() => {})
    return breath
  }

  async #pass(): Promise<void> {
    await setImmediate()
    this.#since = this.now()
    this.#turn = undefined
  }

  async #checked(turn: Promise<void> | undefined): Promise<void> {
    if (turn !== undefined) await turn
    throwIfAborted(this.signal)
  }
}
