import type { JsonValue } from './json.js'
import type { Reach } from './object-storage.js'
import type { StoredOutput } from './output.js'
import type { JobStatus, RecordError, StoredRecord } from './record.js'

/** Who asks: any JSON with an `id`. */
export interface Principal {
  readonly id: string
  readonly [member: string]: unknown
}

/** One principal's request for a job. */
export interface Submission {
  readonly id: string
  readonly principal: Principal
  /** ISO 8601, UTC. */
  readonly created: string
  /** The inputs as they were sent, with whatever members the front end added: for it to have back. */
  readonly inputs: JsonValue
}

/** What a job is, before its first attempt: members that its record has, too. */
export type RecordDraft = Pick<StoredRecord, 'key' | 'operation' | 'inputs' | 'provenance' | 'begunBy'>

/** On what terms a job is submitted. */
export interface SubmitTerms {
  /** Results of attempts up to this number do not count; 0 by default. */
  readonly outdated?: number
}

/** What {@link RecordStore.submit} answers. */
export interface SubmitAnswer {
  readonly record: StoredRecord
  /** Whether this call began an attempt, which the caller now has to get run. */
  readonly begun: boolean
}

/** The right to run one attempt and to write its record, for a while. */
export interface Lease {
  readonly key: string
  /** The fencing token: a later claim has a higher one, and ends this right. */
  readonly attempt: number
  readonly owner: string
  /** Who asked first, of those who still ask: on whose behalf the input files are fetched. */
  readonly principal: Principal
}

/** On what terms a run is claimed. */
export interface ClaimOptions {
  /** How long the lease lasts unless it is renewed. */
  readonly leaseMs: number
  /**
   * For how long the store renews the lease by itself, if it has a thread for that which no operation can block. Whoever holds the lease
   * renews it, too, to hear when it is lost, and where it is to be kept for longer.
   */
  readonly keepMs?: number
  /** The lowest number the attempt may have. */
  readonly attempt?: number
  /** Not to wait for the time of another try, since it is only to be ended. */
  readonly isEnding?: boolean
  /** After so many attempts whose workers stopped without a word the job is FAILED; 3 by default. */
  readonly maxDeaths?: number
}

/** What {@link RecordStore.claim} answers: a lease, or how long to wait for one; neither where there is nothing to run. */
export interface ClaimAnswer {
  readonly lease?: Lease
  readonly waitMs?: number
}

/** Why a run is given back unfinished. */
export interface ReleaseOptions {
  /** It is not claimed again before. */
  readonly delayMs: number
  /** What failed, where that is the reason: it counts as a try. */
  readonly error?: RecordError
}

/** What a lease's owner changes in the record. */
export interface RecordChange {
  readonly status?: JobStatus
  readonly progress?: number
  readonly message?: string | null
  readonly warnings?: readonly string[]
  readonly output?: StoredOutput | null
  readonly error?: RecordError | null
  readonly history?: StoredRecord['history']
  /** When the attempt ended; now where absent. */
  readonly ended?: string | null
}

/** One page of a list, and where the next begins. */
export interface RecordPage {
  readonly records: readonly StoredRecord[]
  readonly cursor?: string
}

/**
 * All records of a status, page by page. What changes meanwhile may be among them or not.
 *
 * @param status of every status where absent
 */
export async function* allRecords(records: RecordStore, status?: JobStatus): AsyncGenerator<StoredRecord, void> {
  let cursor: string | undefined
  do {
    const page = await records.list({ ...(status && { status }), ...(cursor === undefined ? {} : { cursor }) })
    yield* page.records
    cursor = page.cursor
  } while (cursor !== undefined)
}

/**
 * Keeps the records of jobs and hands out the leases on them. As far as it reaches, one attempt at a job runs at a time.
 *
 * Every method is atomic, and may be called again with the same values when its answer was lost. A record that is not there is `undefined`, not an error. Stored records are never changed in place: what a caller
 * was given stays as it was.
 */
export interface RecordStore {
  readonly reach: Reach
  get(key: string): Promise<StoredRecord | undefined>
  /** Records by key, all or of one status. */
  list(options?: { status?: JobStatus; cursor?: string; limit?: number }): Promise<RecordPage>
  /**
   * Adds a submission to the job. Where no attempt is live, and the job is not COMPLETED by one that counts, the next one begins, as PENDING.
   * A submission that is there already is not added again.
   */
  submit(draft: RecordDraft, submission: Submission, terms?: SubmitTerms): Promise<SubmitAnswer>
  /** Keeps a COMPLETED record that was found elsewhere (the manifest), unless there is one of this key. Returns the one that is there. */
  adopt(record: StoredRecord): Promise<StoredRecord>
  /**
   * Takes back one submission. Returns how many are left; where none is, the attempt is CANCELLED at once, and its lease is lost: a
   * submission that follows begins the next attempt, and does not share the end of this one.
   */
  withdraw(key: string, submissionId: string): Promise<number>
  /** Who asks for the job, in the order they came. */
  submissions(key: string): Promise<readonly Submission[]>
  /**
   * Starts the next attempt: of a PENDING record, or of one IN_PROGRESS whose lease ran out, which is one more death. The attempt's number is
   * the record's next, or `options.attempt` where that is higher. To the owner of a lease that has not run out it answers that lease again.
   */
  claim(key: string, owner: string, options: ClaimOptions): Promise<ClaimAnswer>
  /** Gives the run back: the record is PENDING again, for whoever claims it next. False when the lease is lost. */
  release(lease: Lease, options: ReleaseOptions): Promise<boolean>
  /**
   * Prolongs the lease. False when it is lost: a later attempt was claimed, or the record is gone, ended, cancelled or given back. It never
   * begins an attempt.
   *
   * @param keepMs for how long, from now on, the store renews it by itself (see {@link ClaimOptions}); as was said before where absent
   */
  renew(lease: Lease, leaseMs: number, keepMs?: number): Promise<boolean>
  /** Changes the record, and ends the lease where the status is an end. False, and nothing changed, when the lease is lost. */
  update(lease: Lease, change: RecordChange): Promise<boolean>
  /** Calls back after each change of this record, until the function returned is called. */
  subscribe(key: string, onChange: (record: StoredRecord) => void): () => void
  /** Forgets the record of a job whose last attempt, of this number, has ended. False, and nothing forgotten, where it is another by now. */
  forget(key: string, attempt: number): Promise<boolean>
  /** Forgets ended records that were last changed before this time; live ones never. Returns how many. */
  expire(before: Date): Promise<number>
  close?(): Promise<void>
}
