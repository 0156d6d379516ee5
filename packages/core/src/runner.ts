import { AbortedError, DataLabError, throwIfAborted } from './errors.js'
import type { Runner, RunTicket } from './executor.js'
import { failure } from './failure.js'
import type { FileSource } from './file-source.js'
import type { Logger } from './logger.js'
import type { ObjectStorage } from './object-storage.js'
import type { OperationRegistry } from './operation-registry.js'
import { OperationRun } from './operation-run.js'
import {
  discardAttempt,
  discardEarlierAttempts,
  isWhole,
  type Manifest,
  readManifest,
  releaseAttempt,
  reserveAttempt,
  writeManifest,
} from './publication.js'
import { isEnded, type StoredRecord } from './record.js'
import type { Lease, RecordChange, RecordStore } from './record-store.js'
import { RunReport } from './run-report.js'
import type { ScratchSpace } from './scratch.js'
import type { ServiceProvider } from './service.js'

/** What a runner works with. */
export interface RunnerParts {
  readonly operations: OperationRegistry
  readonly services: ReadonlyMap<string, ServiceProvider>
  readonly sources: ReadonlyMap<string, FileSource>
  readonly storage: ObjectStorage
  readonly records: RecordStore
  readonly scratch: ScratchSpace
  readonly log: Logger
  /** Names this process among those that claim jobs. */
  readonly owner: string
  /** How long a lease lasts, in milliseconds; it is renewed three times as often. */
  readonly leaseMs: number
}

/** The runner of a host: claims a job, runs its operation, commits the result, and writes how it ended. */
export function createRunner(parts: RunnerParts): Runner {
  return async (ticket, signal) => {
    try {
      await runTicket(parts, ticket, signal)
    } catch (err) {
      parts.log.error({ key: ticket.key, operation: ticket.operationId, err }, 'a run could not be recorded')
    }
  }
}

async function runTicket(parts: RunnerParts, ticket: RunTicket, signal: AbortSignal): Promise<void> {
  const { records, storage, owner, leaseMs } = parts
  const { key } = ticket
  const record = await records.get(key)
  if (record === undefined || isEnded(record.status)) return
  let attempt: number
  try {
    attempt = await reserveAttempt(storage, key, record.attempt + 1)
  } catch (error) {
    return failUnreserved(parts, ticket, signal, error)
  }
  const lease = await records.claim(key, owner, { leaseMs, attempt })
  if (lease === undefined) return discardAttempt(storage, key, attempt)
  await new Attempt(parts, ticket, lease, signal).run()
}

/** The storage did not even give the attempt its number: whoever waits for the job has to be told. */
async function failUnreserved(
  parts: RunnerParts,
  ticket: RunTicket,
  signal: AbortSignal,
  error: unknown,
): Promise<void> {
  const { records, owner, leaseMs, log } = parts
  const { key, operationId: operation } = ticket
  const lease = await records.claim(key, owner, { leaseMs })
  if (lease === undefined) return
  await records.update(lease, failure(error, signal, log, { key, attempt: lease.attempt, operation }))
}

/** One attempt at a job, from its claim to its end. */
class Attempt {
  readonly #report: RunReport
  readonly #abort = new AbortController()
  readonly #signal: AbortSignal
  #isCommitUncertain = false

  constructor(
    private readonly parts: RunnerParts,
    private readonly ticket: RunTicket,
    private readonly lease: Lease,
    signal: AbortSignal,
  ) {
    this.#report = new RunReport(parts.records, lease, parts.log)
    this.#signal = AbortSignal.any([signal, this.#abort.signal])
  }

  async run(): Promise<void> {
    const { records, leaseMs } = this.parts
    const renewal = setInterval(() => void this.#renew(), leaseMs / 3)
    renewal.unref()
    try {
      const change = await this.#outcome()
      await records.update(this.lease, { ...(await this.#report.end()), ...change })
    } finally {
      clearInterval(renewal)
    }
  }

  async #outcome(): Promise<RecordChange> {
    try {
      const { output, warnings, ended } = await this.#complete()
      return { status: 'COMPLETED', progress: 1, message: null, output, warnings, ended }
    } catch (error) {
      const { key, attempt } = this.lease
      const { log } = this.parts
      if (!this.#isCommitUncertain) await this.#discard()
      return failure(error, this.#signal, log, { key, attempt, operation: this.ticket.operationId })
    }
  }

  /** The result of this job: one that is there already, else the one that is made and committed now. */
  async #complete(): Promise<StoredRecord> {
    const { storage } = this.parts
    const { key, attempt } = this.lease
    throwIfAborted(this.#signal)
    const before = await readManifest(storage, key)
    if (!this.ticket.force && before?.record !== undefined && (await isWhole(storage, before.record))) {
      await this.#discard()
      return before.record
    }
    const made = await this.#make()
    // Without objects of its own the attempt's number would be free.
    if (made.output?.output_files?.length) await releaseAttempt(storage, key, attempt)
    await this.#checkLease()
    if (await this.#commit(made, before)) {
      if (before === undefined) await this.#clearUp()
      return made
    }
    return this.#yieldTo(await readManifest(storage, key))
  }

  /** Runs the operation, and returns the record to commit. */
  async #make(): Promise<StoredRecord> {
    const record = await this.parts.records.get(this.lease.key)
    if (record === undefined) throw new AbortedError('the record of this job is gone')
    const run = new OperationRun(this.parts, record, this.lease, this.#report, this.#signal)
    const output = await run.perform()
    throwIfAborted(this.#signal)
    const time = new Date().toISOString()
    const { warnings } = this.#report
    return { ...record, status: 'COMPLETED', progress: 1, message: null, warnings, output, updated: time, ended: time }
  }

  /** A writer that was held up past its lease must not commit over the attempt that took over. */
  async #checkLease(): Promise<void> {
    const { records, leaseMs } = this.parts
    if (!(await records.renew(this.lease, leaseMs))) throw new AbortedError('another attempt at this job took over')
  }

  async #commit(made: StoredRecord, before: Manifest | undefined): Promise<boolean> {
    const { storage } = this.parts
    try {
      return await writeManifest(storage, made, before)
    } catch (error) {
      // The storage may have done it all the same, and only its answer was lost.
      this.#isCommitUncertain = true
      const now = await readManifest(storage, made.key)
      this.#isCommitUncertain = false
      if (now?.record?.attempt === made.attempt && now.record.ended === made.ended) return true
      throw error
    }
  }

  /** Another attempt committed first: its result is the job's. */
  async #yieldTo(winner: Manifest | undefined): Promise<StoredRecord> {
    if (winner?.record === undefined)
      throw new DataLabError(
        'DATALAB_CONFLICT',
        'Another process changed this job at the same time. Submit it again.',
        {
          audience: 'user',
          retryable: true,
        },
      )
    await this.#discard()
    return winner.record
  }

  /** The result stands: what cannot be cleared up after it stays, and changes nothing. */
  async #clearUp(): Promise<void> {
    const { storage, log } = this.parts
    const { key, attempt } = this.lease
    await discardEarlierAttempts(storage, key, attempt).catch((err) =>
      log.warn({ key, attempt, err }, 'objects of earlier attempts were left behind'),
    )
  }

  async #discard(): Promise<void> {
    const { storage, log } = this.parts
    const { key, attempt } = this.lease
    await discardAttempt(storage, key, attempt).catch((err) =>
      log.warn({ key, attempt, err }, 'objects were left behind'),
    )
  }

  async #renew(): Promise<void> {
    const { records, leaseMs, log } = this.parts
    try {
      if (await records.renew(this.lease, leaseMs)) return
      this.#abort.abort(new AbortedError('another attempt at this job took over'))
    } catch (err) {
      log.warn({ key: this.lease.key, err }, 'the lease could not be renewed')
    }
  }
}
