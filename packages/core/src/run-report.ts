import type { Logger } from './logger.js'
import type { StoredOutput } from './output.js'
import type { RunReporter } from './perform.js'
import type { Lease, RecordChange, RecordStore } from './record-store.js'
import { redactText } from './redact.js'

/** Progress is written when it has grown by this much, or after this many milliseconds. */
const STEP = 0.01
const INTERVAL = 250

/** A step waits for this many milliseconds after the one before, unless it is this large: of short runs nobody sees each of a hundred. */
const STEP_INTERVAL = 50
const LARGE_STEP = 0.25

/** Fractions are told to this part of one. */
const PRECISION = 10_000

/** Below 1, which only a completed job reaches. */
const HIGHEST = 0.99

/** What a user reads meanwhile. */
const WAITING = 'Waiting for room in the file cache'

const MAX_WARNINGS = 100
const MAX_TEXT = 1000

/**
 * What a run tells of itself while it goes on, on its way to the record: progress in steps that can be seen, in order, never after the end.
 */
export class RunReport implements RunReporter {
  #pending: RecordChange = {}
  #written = { progress: 0, time: Number.NEGATIVE_INFINITY }
  #warnings: readonly string[] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined
  #next: Promise<void> | undefined
  #message: string | null = null
  #isWaiting = false
  #isOver = false

  /**
   * @param onWaiting told when the run begins and ends to wait for others
   */
  constructor(
    private readonly records: RecordStore,
    private readonly lease: Lease,
    private readonly log: Logger,
    private readonly onWaiting: (isWaiting: boolean) => void = () => {},
  ) {}

  get warnings(): readonly string[] {
    return this.#warnings
  }

  progress(fraction: number): void {
    const progress = Math.min(Math.round(fraction * PRECISION) / PRECISION, HIGHEST)
    const step = progress - this.#written.progress
    const isDue = performance.now() - this.#written.time >= STEP_INTERVAL
    this.#add({ progress }, step >= (isDue ? STEP : LARGE_STEP))
  }

  message(text: string): void {
    this.#message = shortened(text)
    if (!this.#isWaiting) this.#add({ message: this.#message }, false)
  }

  waiting(isWaiting: boolean): void {
    if (this.#isOver || isWaiting === this.#isWaiting) return
    this.#isWaiting = isWaiting
    this.onWaiting(isWaiting)
    this.#add({ message: isWaiting ? WAITING : this.#message }, true)
  }

  warn(text: string): void {
    const warning = shortened(text)
    if (this.#warnings.includes(warning) || this.#warnings.length >= MAX_WARNINGS) return
    this.#warnings = [...this.#warnings, warning]
    this.#add({ warnings: this.#warnings }, false)
  }

  async output(partial: StoredOutput): Promise<void> {
    if (this.#isOver) return
    this.#pending = { ...this.#pending, output: partial }
    await this.#flush()
  }

  /** Stops reporting. Resolves to what was not written yet, when nothing is under way any more. */
  async end(): Promise<RecordChange> {
    this.#isOver = true
    clearTimeout(this.#timer)
    await this.#writing
    return this.#pending
  }

  #add(change: RecordChange, isLarge: boolean): void {
    if (this.#isOver) return
    this.#pending = { ...this.#pending, ...change }
    const wait = this.#written.time + INTERVAL - performance.now()
    if (isLarge || wait <= 0) {
      void this.#flush()
    } else if (this.#timer === undefined) {
      this.#timer = setTimeout(() => void this.#flush(), wait)
      this.#timer.unref()
    }
  }

  /** Writes what is pending. What comes while something is being written is put together, and written after it. */
  #flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#writing === undefined) return this.#write()
    this.#next ??= this.#writing.then(() => {
      this.#next = undefined
      return this.#isOver ? undefined : this.#write()
    })
    return this.#next
  }

  async #write(): Promise<void> {
    const change = this.#pending
    this.#pending = {}
    this.#written = { progress: change.progress ?? this.#written.progress, time: performance.now() }
    this.#writing = this.records
      .update(this.lease, change)
      .then(
        () => {},
        (err) => this.log.warn({ key: this.lease.key, err }, 'progress could not be recorded'),
      )
      .finally(() => {
        this.#writing = undefined
      })
    await this.#writing
  }
}

function shortened(text: string): string {
  const line = redactText(String(text))
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT - 3)}...` : line
}
