import { isDeepStrictEqual } from 'node:util'
import { AbortedError, DataLabError, isDataLabError } from './errors.js'
import type { ObjectStorage } from './object-storage.js'
import { keptUrls, mintedUrls } from './object-urls.js'
import type { Output } from './output.js'
import { isEnded, type JobRecord, type StoredRecord } from './record.js'
import type { Submission } from './record-store.js'
import { outputView, recordView } from './record-view.js'
import { cancelledRecord, endOfRound, isSameRound } from './round.js'
import type { SteadyRecords } from './steady-records.js'

/** What a job handle works with. */
export interface JobParts {
  readonly records: SteadyRecords
  /** The result of a job that stands, by its key. */
  readonly standing: (key: string) => Promise<StoredRecord | undefined>
  readonly storage: ObjectStorage
  /** Whether whoever holds the handle may have the output of a record. */
  readonly mayOpen: (record: StoredRecord) => Promise<boolean>
  /** Whether whoever holds the handle may cancel a job for all who asked for it. */
  readonly mayCancel: (record: StoredRecord) => Promise<boolean>
  /** Ends the run of a job that nobody waits for any more. */
  readonly abort: (key: string) => Promise<void>
}

/** What a watcher has not seen yet. */
interface WatchState {
  latest: StoredRecord | undefined
  /** What it was given, or is about to be. */
  known: StoredRecord | undefined
  /** Whether it is the last there is to see. */
  isLast: boolean
  /** Whether it has to look for itself how it ended. */
  isOver: boolean
  /** Whether nobody reads any more. */
  hasLeft: boolean
  /** Since when the store has not answered; a time of performance.now(). */
  awaySince?: number | undefined
  wake: () => void
}

function newWatch(): WatchState {
  return { latest: undefined, known: undefined, isLast: false, isOver: false, hasLeft: false, wake: () => {} }
}

/** How a job is cancelled. */
export interface CancelOptions {
  /** Takes back all submissions, whoever sent them: for operators, whom `authorize` lets `cancel` the job. */
  force?: boolean
}

/**
 * One submission of a job, to watch it, wait for it, and take it back.
 *
 * It stays with what it was made for: a result that was there, or the run that was under way or was begun, with all its tries. What others ask
 * for after that has ended changes nothing here; only a result that they replaced is the one that stands now.
 */
export class Job {
  readonly key: string
  /** Names this submission among those of the job, for `DataLab.job`; undefined where nothing was submitted, since the result was there. */
  readonly submission: string | undefined
  #withdrawal: Promise<void> | undefined
  /** Whether it was taken back, as the store has said. */
  #isWithdrawn = false
  #onWithdrawn = new Set<() => void>()

  constructor(
    private readonly parts: JobParts,
    private readonly submitted: StoredRecord,
    submission: Submission | undefined,
    /** Whether the result was there before this submission. */
    readonly cached: boolean,
  ) {
    this.key = submitted.key
    this.submission = submission?.id
  }

  /** The record as it is now. */
  async record(): Promise<JobRecord> {
    return this.#view(await this.#now())
  }

  /**
   * The record as it changes: first as it is now, then whenever it has changed, last as it ended. A slow reader sees fewer of the steps
   * between, and always the last. While the store of records is away, or takes nothing, nothing is told, for a minute at most.
   *
   * @throws DATALAB_RECORDS_UNAVAILABLE when that lasts for longer; the job goes on nevertheless.
   */
  get events(): AsyncIterable<JobRecord> {
    return { [Symbol.asyncIterator]: () => this.#views() }
  }

  /**
   * Waits for the output.
   *
   * @throws DATALAB_ABORTED when this submission or its run was cancelled; an error of the record's code, whose message is for the user,
   * when the run failed; DATALAB_NOT_FOUND when the principal of this handle may not open the result.
   */
  async result(): Promise<Output> {
    let last: StoredRecord | undefined
    for await (const record of this.#watch()) last = record
    if (last?.status === 'COMPLETED') return this.#output(last)
    const { code, message } = last?.error ?? { code: 'DATALAB_ABORTED', message: 'cancelled' }
    if (code === 'DATALAB_ABORTED') throw new AbortedError(message)
    throw new DataLabError(code, message, { audience: 'user', details: { key: this.key, ...last?.error } })
  }

  /**
   * Takes this submission back. The run is ended when no other submission of the job is left. Resolves when that is done, as far as this host
   * runs it; cancelling what has ended, or twice, changes nothing.
   *
   * @throws DATALAB_NOT_FOUND when it is to be cancelled by force, and the principal of this handle may not: then nothing was taken back.
   * DATALAB_EXECUTOR_UNAVAILABLE when the job is cancelled, and its run does not end.
   */
  async cancel(options: CancelOptions = {}): Promise<void> {
    const isForced = options.force === true
    if (isForced && !(await this.parts.mayCancel(this.submitted))) throw notForYou(this.submitted)
    if (this.submission !== undefined) this.#withdrawal ??= this.#withdrawOwn(this.submission)
    try {
      await this.#withdrawal
    } catch (error) {
      this.#withdrawal = undefined
      throw error
    }
    if (!isForced) return
    for (const { id } of await this.parts.records.submissions(this.key)) await this.#withdraw(id)
  }

  async #withdrawOwn(submission: string): Promise<void> {
    const record = await this.parts.records.get(this.key)
    if (record !== undefined && isSameRound(record, this.submitted)) await this.#withdraw(submission)
  }

  async #withdraw(submission: string): Promise<void> {
    const { records, abort } = this.parts
    const record = await records.get(this.key)
    if (record === undefined || isEnded(record.status)) return
    const left = await records.withdraw(this.key, submission)
    if (submission === this.submission) {
      this.#isWithdrawn = true
      for (const tell of this.#onWithdrawn) tell()
    }
    if (left === 0) await abort(this.key)
  }

  /** Whoever leaves is let go at once, also while the next change is waited for. */
  #views(): AsyncIterator<JobRecord, void, undefined> {
    const state = newWatch()
    const views = this.#viewsOf(state)
    const leave = () => {
      state.hasLeft = true
      state.wake()
      return views.return()
    }
    return { next: () => views.next(), return: leave }
  }

  async *#viewsOf(state: WatchState): AsyncGenerator<JobRecord, void, undefined> {
    const minted = mintedUrls(this.parts.storage)
    const kept = keptUrls(minted)
    // The last is kept by whoever asked, perhaps for long: its URLs are as fresh as can be.
    for await (const record of this.#watch(state))
      yield await this.#view(record, isEnded(record.status) ? minted : kept)
  }

  async *#watch(state = newWatch()): AsyncGenerator<StoredRecord, void, undefined> {
    const take = (record: StoredRecord) => {
      if (state.isLast || isSame(record, state.known)) return
      state.latest = record
      state.known = record
      state.isLast = isEnded(record.status)
      state.wake()
    }
    const hear = (record: StoredRecord) => {
      if (isSameRound(record, this.submitted)) return take(record)
      state.isOver = true
      state.wake()
    }
    const withdrawn = () => take(cancelledRecord(state.known ?? this.submitted))
    const unsubscribe = this.parts.records.subscribe(this.key, hear)
    this.#onWithdrawn.add(withdrawn)
    try {
      const now = await this.#now()
      if (state.known === undefined) take(now)
      if (this.#isWithdrawn) withdrawn()
      for (;;) {
        const { latest, isLast } = state
        state.latest = undefined
        if (latest !== undefined) yield latest
        if (isLast || state.hasLeft) return
        // What a store tells may be lost on its way; the end of a job must not be.
        if (state.latest === undefined && (state.isOver || !(await hasChanged(state)))) await this.#look(state, take)
      }
    } finally {
      unsubscribe()
      this.#onWithdrawn.delete(withdrawn)
    }
  }

  /** Takes the record as it is now, unless it was told meanwhile. A store that is away is asked again: the job goes on without it. */
  async #look(state: WatchState, take: (record: StoredRecord) => void): Promise<void> {
    const { known } = state
    state.isOver = false
    const start = performance.now()
    try {
      const now = await this.#now()
      state.awaySince = undefined
      if (state.known === known) take(now)
    } catch (error) {
      state.awaySince ??= start
      const isAway = isDataLabError(error, 'DATALAB_RECORDS_UNAVAILABLE')
      if (!isAway || performance.now() - state.awaySince >= AWAY_MS) throw error
    }
    // How it ends cannot be read where it cannot be written.
    const trouble = state.isLast ? undefined : this.parts.records.unwritableFor(AWAY_MS)
    if (trouble !== undefined) throw trouble
  }

  /** The record as it is now, of the round that this handle is of. */
  async #now(): Promise<StoredRecord> {
    const { submitted } = this
    if (isEnded(submitted.status)) return submitted
    const present = await this.parts.records.get(this.key)
    const isPresent = present !== undefined && isSameRound(present, submitted)
    if (this.#isWithdrawn) return cancelledRecord(isPresent ? present : submitted)
    return isPresent ? present : this.#past(present)
  }

  /** How it ended, as far as that is known, where another round has followed or the record was forgotten. */
  async #past(present: StoredRecord | undefined): Promise<StoredRecord> {
    const { submitted } = this
    const end = present && endOfRound(submitted, present)
    if (end !== undefined && end.status !== 'COMPLETED') return end
    const result = await this.parts.standing(this.key)
    if (result !== undefined && result.attempt > submitted.outdated) return result
    const message = 'What became of this job is not known any more. Submit it again.'
    return { ...submitted, status: 'FAILED', message, output: null, error: { code: 'DATALAB_JOB_FORGOTTEN', message } }
  }

  async #output(record: StoredRecord): Promise<Output> {
    const { mayOpen, storage } = this.parts
    if (!(await mayOpen(record))) throw closedResult(record)
    return record.output === null ? {} : outputView(record.output, mintedUrls(storage))
  }

  async #view(record: StoredRecord, urlOf = mintedUrls(this.parts.storage)): Promise<JobRecord> {
    const isOpen = record.output === null || (await this.parts.mayOpen(record))
    return recordView(record, urlOf, { cached: this.cached, isOpen })
  }
}

function closedResult({ key, operation }: StoredRecord): DataLabError {
  const message = `${operation.name}: its result is not there for you. Ask whoever runs this service for leave to open it.`
  return new DataLabError('DATALAB_NOT_FOUND', message, { audience: 'user', details: { key } })
}

function notForYou({ key, operation }: StoredRecord): DataLabError {
  const message = `${operation.name}: it is not for you to cancel this job for all who asked for it. Without force your own submission is taken back.`
  return new DataLabError('DATALAB_NOT_FOUND', message, { audience: 'user', details: { key } })
}

/** A watcher that hears nothing looks for itself, as often as this. */
const LOOK_MS = 5000
/** A store that was away for so long is not waited for. */
const AWAY_MS = 60_000

/** Waits for a change; false where none was told of in time. */
function hasChanged(state: WatchState): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), LOOK_MS)
    state.wake = () => {
      clearTimeout(timer)
      resolve(true)
    }
  })
}

/** Whether two records tell the same of a job. Those of many inputs are large, and mostly differ in this alone. */
function isSame(one: StoredRecord, other: StoredRecord | undefined): boolean {
  return one === other || (one.updated === other?.updated && isDeepStrictEqual(one, other))
}
