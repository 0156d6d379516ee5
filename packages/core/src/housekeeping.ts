import type { Logger } from './logger.js'
import type { RecordStore } from './record-store.js'
import type { ScratchSpace } from './scratch.js'

/** What is kept in order. */
export interface HousekeepingParts {
  readonly records: RecordStore
  readonly scratch: ScratchSpace
  readonly log: Logger
  /** Days that the record of an ended job is kept. */
  readonly recordLife: number
}

const HOUR_MS = 3600_000
const DAY_MS = 24 * HOUR_MS

/** Removes what runs of dead processes left behind, and the records whose time is over: before the first job, and every hour. */
export class Housekeeping {
  #started: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(private readonly parts: HousekeepingParts) {}

  /** Resolves when it was done once. It never fails: what cannot be removed now is tried again later. */
  start(): Promise<void> {
    this.#started ??= this.#keep()
    return this.#started
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#started
  }

  async #keep(): Promise<void> {
    this.#timer = setInterval(() => void this.#once(), HOUR_MS)
    this.#timer.unref()
    await this.#once()
  }

  async #once(): Promise<void> {
    const { records, scratch, log, recordLife } = this.parts
    await scratch.sweep().catch((err) => log.warn({ err }, 'old scratch folders could not be removed'))
    await records
      .expire(new Date(Date.now() - recordLife * DAY_MS))
      .catch((err) => log.warn({ err }, 'old records could not be removed'))
  }
}
