import { setTimeout as sleep } from 'node:timers/promises'
import { isDataLabError, type RunTicket } from '@datalab/core'
import type { Job } from 'bullmq'
import type { RedisLink } from './redis-link.js'

/** For so long it is tried to say what became of a delivery, in milliseconds, so often. Then its lock has run out, and it is delivered again. */
const SETTLE_MS = 60_000
const PAUSE_MS = 250

/** A ticket that this process has fetched, and says what becomes of. */
export class Delivery {
  readonly ticket: RunTicket

  constructor(
    private readonly link: RedisLink,
    private readonly job: Job<RunTicket>,
    readonly token: string,
    private readonly onSettled: () => void,
  ) {
    this.ticket = job.data
  }

  get id(): string {
    return this.job.id ?? ''
  }

  /** There is no more use for it. */
  done(): Promise<void> {
    return this.#settle(() => this.job.moveToCompleted(null, this.token, false))
  }

  /** To be delivered again, to whomever, not before so many milliseconds. */
  again(ms: number): Promise<void> {
    return this.#settle(() => this.job.moveToDelayed(Date.now() + ms, this.token))
  }

  /** For whoever fetches next. */
  back(): Promise<void> {
    return this.#settle(() => this.job.moveToWait(this.token))
  }

  /** While Redis is away it is tried again. Where somebody else has it by now, it is theirs. */
  async #settle(move: () => Promise<unknown>): Promise<void> {
    const end = performance.now() + SETTLE_MS
    try {
      while (performance.now() < end && !(await this.#isMoved(move))) await sleep(PAUSE_MS)
    } finally {
      this.onSettled()
    }
  }

  async #isMoved(move: () => Promise<unknown>): Promise<boolean> {
    try {
      await this.link.use(move)
      return true
    } catch (error) {
      // What BullMQ itself refuses has a number.
      return isDataLabError(error) && (error.code === 'DATALAB_CLOSED' || typeof error.details.reason === 'number')
    }
  }
}
