import { AbortedError, DataLabError, isDataLabError, throwIfAborted } from './errors.js'
import type { RunAnswer, RunTicket } from './executor.js'
import { type Failure, failure, retryDelay } from './failure.js'
import { GRACE_MS, withinGrace, withinTime } from './grace.js'
import { outlasting } from './outlasting.js'
import type { Perform } from './perform.js'
import {
  discardAttempt,
  discardEarlierAttempts,
  isWhole,
  latestOf,
  type Manifest,
  readManifest,
  releaseAttempt,
  reserveAttempt,
  writeManifest,
} from './publication.js'
import type { StoredRecord } from './record.js'
import { historyAfter } from './record-entry.js'
import type { Lease, RecordChange, ReleaseOptions } from './record-store.js'
import { RunLimit } from './run-limit.js'
import { RunReport } from './run-report.js'
import { type RunnerParts, timeLimitOf } from './runner-parts.js'
import { traceContext } from './tracing.js'

/** Whether a result that was committed is one of those that were asked for. */
function isCounted(result: StoredRecord | undefined, { outdated }: StoredRecord): result is StoredRecord {
  return result !== undefined && result.attempt > outdated
}

/** What an attempt begins with. */
interface Prepared {
  readonly record: StoredRecord
  readonly before: Manifest | undefined
  /** The result that is there already. */
  readonly standing?: StoredRecord
}

/** One attempt at a job, from its claim to its end. */
export class Attempt {
  readonly #report: RunReport
  readonly #limit: RunLimit
  readonly #abort = new AbortController()
  readonly #signal: AbortSignal
  /** Whether the attempt's folder in the storage is this one's, and may be deleted. */
  #isOurs = false
  /** Whether what lies in the place of the manifest is this attempt's, or may come to be. */
  #mayStand = false
  /** Whether the lease could be renewed the last time. */
  #isRenewed = true

  constructor(
    private readonly parts: RunnerParts,
    private readonly ticket: RunTicket,
    private readonly lease: Lease,
    private readonly given: AbortSignal,
    private readonly perform: Perform,
  ) {
    this.#report = new RunReport(parts.records, lease, parts.log, (isWaiting) => this.#wait(isWaiting))
    this.#limit = new RunLimit(timeLimitOf(parts, ticket.operationId), () => this.#abort.abort(this.#timeOut()))
    this.#signal = this.#abort.signal
  }

  async run(): Promise<RunAnswer> {
    const { leaseMs } = this.parts
    const renewal = setInterval(() => void this.#renew(), leaseMs / 3)
    renewal.unref()
    this.#limit.go()
    const forward = () => this.#hearAbort()
    this.given.addEventListener('abort', forward, { once: true })
    if (this.given.aborted) forward()
    // Told sooner than by the next renewal: by a cancellation, wherever it came from.
    const unsubscribe = this.parts.records.subscribe(this.lease.key, (record) => this.#look(record))
    try {
      return await this.#end(await this.#outcome().finally(unsubscribe))
    } finally {
      this.given.removeEventListener('abort', forward)
      clearInterval(renewal)
      this.#limit.stand()
    }
  }

  /** A cancellation has taken the lease away before it is told; it may be meant for the attempt before, and this one be others'. */
  #hearAbort(): void {
    const { reason } = this.given
    if (isDataLabError(reason, 'DATALAB_CLOSED')) this.#abort.abort(reason)
    else void this.#renew()
  }

  async #outcome(): Promise<RecordChange | Failure> {
    try {
      const { attempt, output, warnings, ended, history } = await this.#complete()
      const change = { status: 'COMPLETED', progress: 1, message: null, output, warnings, ended } as const
      // Of a result that another attempt has made, the manifest does not know what came after it.
      return attempt === this.lease.attempt ? { ...change, history } : change
    } catch (error) {
      const { key, attempt } = this.lease
      await this.#discard()
      return failure(error, this.#signal, this.parts.log, { key, attempt, operation: this.ticket.operationId })
    }
  }

  /** Writes how the attempt ended, or gives the run back for the next. */
  async #end(outcome: RecordChange | Failure): Promise<RunAnswer> {
    const { records, leaseMs } = this.parts
    const pending = await this.#report.end()
    const again = 'mayPass' in outcome ? await this.#again(outcome) : undefined
    const change = 'mayPass' in outcome ? outcome.change : outcome
    const isOurs =
      again === undefined
        ? await records.update(this.lease, { ...pending, ...change })
        : await records.release(this.lease, again)
    // Whoever took the job over may die as well: it is looked after until it has ended.
    if (!isOurs) return { againInMs: leaseMs }
    return again?.error === undefined ? {} : { againInMs: again.delayMs }
  }

  /** On what terms the run is given back; undefined where it ends here. */
  async #again(outcome: Failure): Promise<ReleaseOptions | undefined> {
    const { records, retry } = this.parts
    if (isDataLabError(this.#signal.reason, 'DATALAB_CLOSED'))
      return records.reach === 'process' ? undefined : { delayMs: 0 }
    if (!outcome.mayPass) return undefined
    const retries = (await records.get(this.lease.key))?.retries ?? 0
    if (retries >= retry.retries) return undefined
    return { delayMs: retryDelay(retry, retries, outcome.waitMs), error: outcome.change.error }
  }

  /** The result of this job: one that is there already, else the one that is made and committed now. */
  async #complete(): Promise<StoredRecord> {
    throwIfAborted(this.#signal)
    const { record, before, standing } = await this.#step(this.#prepare())
    if (standing !== undefined) return standing
    const made = await this.#make(record, before?.record)
    const result = await this.#step(this.#publish(made, before))
    // The objects of a result that is replaced, or garbage, stay: somebody may hold URLs of them.
    if (result === made && before?.record === undefined && before?.mark === undefined) await this.#clearUp()
    return result
  }

  /**
   * A step of the framework's own. When the run is to end, and what the step waits for hangs, it is left to itself: it commits nothing any more,
   * and what it does late is cleared up.
   */
  async #step<Result>(work: Promise<Result>): Promise<Result> {
    let isGoing = true
    const going = work.finally(() => {
      isGoing = false
    })
    try {
      return await withinGrace(going, this.#signal)
    } catch (error) {
      if (isGoing) going.catch(() => {}).then(() => this.#discard())
      throw error
    }
  }

  /** Takes the attempt's number, and looks for a result that is there already. */
  async #prepare(): Promise<Prepared> {
    const { records, storage } = this.parts
    const { key, attempt } = this.lease
    if (!(await reserveAttempt(storage, key, attempt))) throw conflict()
    this.#isOurs = true
    const record = await records.get(key)
    if (record === undefined) throw new AbortedError('the record of this job is gone')
    const before = await readManifest(storage, key)
    if (isCounted(before?.record, record) && (await isWhole(storage, before.record))) {
      await this.#discard()
      return { record, before, standing: before.record }
    }
    // Objects of attempts up to that one are collected as garbage without its being changed: nothing of them may be committed over it.
    if (latestOf(before) >= attempt) throw conflict()
    return { record, before }
  }

  /** Commits a result, where no other came first: then that one is the job's. */
  async #publish(made: StoredRecord, before: Manifest | undefined): Promise<StoredRecord> {
    const { storage } = this.parts
    const { key, attempt } = this.lease
    // Without objects of its own the attempt's number would be free.
    if (made.output?.output_files?.length) await releaseAttempt(storage, key, attempt)
    await this.#checkLease()
    throwIfAborted(this.#signal)
    return (await this.#commit(made, before)) ? made : this.#yieldTo(await readManifest(storage, key), made)
  }

  /** Has the operation called, and returns the record to commit. */
  async #make(record: StoredRecord, replaced: StoredRecord | undefined): Promise<StoredRecord> {
    const trace = await traceContext()
    const request = { record, lease: this.lease, ...(trace && { trace }) }
    const output = await this.perform(request, this.#report, this.#signal)
    throwIfAborted(this.#signal)
    const time = new Date().toISOString()
    const { warnings } = this.#report
    const ended = { progress: 1, message: null, warnings, output, updated: time, ended: time }
    return { ...record, ...ended, status: 'COMPLETED', history: historyAfter(record, replaced) }
  }

  /** The time that a run waits for others is not its own; the store keeps the lease for as long as there is left. */
  #wait(isWaiting: boolean): void {
    if (isWaiting) {
      this.#limit.stand()
      return
    }
    this.#limit.go()
    void this.#renew(this.#limit.left)
  }

  #timeOut(): DataLabError {
    const seconds = timeLimitOf(this.parts, this.ticket.operationId) / 1000
    const message = `It took longer than ${seconds} seconds, which is the limit. Try it with fewer or smaller files.`
    return new DataLabError('DATALAB_TIMEOUT', message, { audience: 'user' })
  }

  /** A writer that was held up past its lease must not commit over the attempt that took over. Its work is done: it waits for the store. */
  async #checkLease(): Promise<void> {
    const { records, leaseMs } = this.parts
    const isHeld = await outlasting(() => records.renew(this.lease, leaseMs), this.#signal)
    if (!isHeld) throw new AbortedError('another attempt at this job took over')
  }

  async #commit(made: StoredRecord, before: Manifest | undefined): Promise<boolean> {
    const { storage } = this.parts
    this.#mayStand = true
    try {
      this.#mayStand = await writeManifest(storage, made, before)
    } catch (error) {
      // The storage may have done it all the same, and only its answer was lost.
      const now = await readManifest(storage, made.key)
      this.#mayStand = now?.record?.attempt === made.attempt && now.record.ended === made.ended
      if (!this.#mayStand) throw error
    }
    return this.#mayStand
  }

  /** Another attempt committed first: its result is the job's, if it is one of those that were asked for. */
  async #yieldTo(winner: Manifest | undefined, made: StoredRecord): Promise<StoredRecord> {
    if (!isCounted(winner?.record, made)) throw conflict()
    await this.#discard()
    return winner.record
  }

  /** The result stands: what cannot be cleared up after it stays, and changes nothing. */
  async #clearUp(): Promise<void> {
    const { key, attempt } = this.lease
    if (attempt === 1) return
    const work = discardEarlierAttempts(this.parts.storage, key, attempt)
    await this.#patiently(work, 'objects of earlier attempts were left behind')
  }

  /** Deletes what the attempt has written, unless it is its job's result. */
  async #discard(): Promise<void> {
    const { key, attempt } = this.lease
    if (!this.#isOurs || this.#mayStand) return
    await this.#patiently(discardAttempt(this.parts.storage, key, attempt), 'objects were left behind')
  }

  /** Waits for what clears up, and for no longer than the grace: nobody has any use for it but the disk. */
  async #patiently(work: Promise<unknown>, otherwise: string): Promise<void> {
    const { key, attempt } = this.lease
    const late = () => new Error(`it did not end within ${GRACE_MS} milliseconds`)
    await withinTime(work, GRACE_MS, late).catch((err) => this.parts.log.warn({ key, attempt, err }, otherwise))
  }

  #look({ status, attempt }: StoredRecord): void {
    if (status !== 'IN_PROGRESS' || attempt !== this.lease.attempt) void this.#renew()
  }

  /**
   * @param keepMs for how long the store is to keep the lease by itself; as was said before where absent
   */
  async #renew(keepMs?: number): Promise<void> {
    const { records, leaseMs, log } = this.parts
    try {
      const isHeld = await records.renew(this.lease, leaseMs, keepMs)
      this.#isRenewed = true
      if (!isHeld) this.#abort.abort(new AbortedError('another attempt at this job took over'))
    } catch (err) {
      // Once for as long as the store is away.
      if (this.#isRenewed) log.warn({ key: this.lease.key, err }, 'the lease could not be renewed')
      this.#isRenewed = false
    }
  }
}

function conflict(): DataLabError {
  const message = 'Another process changed this job at the same time. Submit it again.'
  return new DataLabError('DATALAB_CONFLICT', message, { audience: 'user', retryable: true })
}
