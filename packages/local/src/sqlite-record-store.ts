import { resolve } from 'node:path'
import {
  type ClaimAnswer,
  type ClaimOptions,
  isEnded,
  type JobStatus,
  type Lease,
  type RecordChange,
  type RecordDraft,
  type RecordPage,
  type RecordStore,
  type ReleaseOptions,
  type StoredRecord,
  type Submission,
  type SubmitAnswer,
  type SubmitTerms,
} from '@datalab/core'
import { LeaseHandover } from './lease-handover.js'
import { RecordClient } from './record-client.js'
import { type RecordTexts, recordFrom } from './record-texts.js'
import type { SqlitePlace } from './sqlite.js'
import { databaseError } from './sqlite-error.js'

/** Settings of a {@link SqliteRecordStore}. */
export interface SqliteRecordStoreOptions {
  /**
   * The file, on a disk of this machine; it is made where there is none, with its folder. SQLite keeps two more beside it, of the same name
   * and `-wal` and `-shm`.
   */
  readonly path: string
  /**
   * Where the file is worked on. `apart`: in a thread, so that nothing here waits for the file, and nothing that is done here keeps a lease from
   * being kept. `here`: for processes that do one short run after another by operations that they know, and would spend more time on the start of
   * a thread. That is then started when a lease is held for longer than a moment; whoever blocks this thread for a whole lease before that loses
   * it. `apart` by default.
   */
  readonly place?: SqlitePlace
}

/** Who forgets many records lets others write meanwhile. */
const EXPIRED_AT_ONCE = 1000

/**
 * Records in a file, for any number of processes of one machine. What a call has answered outlives the end of the process.
 *
 * It is opened by the first call, in a thread of its own by default. That keeps the leases that are claimed or renewed with `keepMs`, so that no
 * operation can block it. Leases run by a clock that nobody sets: they are as long as they should be whatever happens to the system's time, and over when
 * the system is started anew. Subscribers hear at once of what this process changes, and within about 50 ms of what others change: of
 * several changes by others in that time, of the last.
 *
 * Its calls throw DATABASE_UNAVAILABLE, retryable unless the file is damaged; DATABASE_NEWER; DATALAB_CLOSED.
 */
export class SqliteRecordStore implements RecordStore {
  readonly reach = 'machine'
  readonly #path: string
  readonly #client: RecordClient
  readonly #handover: LeaseHandover | undefined

  constructor({ path, place = 'apart' }: SqliteRecordStoreOptions) {
    if (typeof path !== 'string' || path === '') throw new TypeError('A record store needs the path of its file.')
    this.#path = resolve(path)
    this.#client = new RecordClient(this.#path, place)
    if (place === 'here') this.#handover = new LeaseHandover(this.#path)
  }

  async get(key: string): Promise<StoredRecord | undefined> {
    const texts = await this.#client.call('get', key)
    return texts && this.#recordFrom(texts)
  }

  async list(options: { status?: JobStatus; cursor?: string; limit?: number } = {}): Promise<RecordPage> {
    const { status, cursor = '', limit = 100 } = options
    // One more tells whether there is another page.
    const listed = await this.#client.call('list', { ...(status && { status }), after: cursor, limit: limit + 1 })
    const records = listed.slice(0, limit).map((texts) => this.#recordFrom(texts))
    const last = records.at(-1)
    return listed.length > limit && last !== undefined ? { records, cursor: last.key } : { records }
  }

  async submit(draft: RecordDraft, submission: Submission, terms: SubmitTerms = {}): Promise<SubmitAnswer> {
    const texts = [JSON.stringify(draft), JSON.stringify(submission)] as const
    const { record, begun } = await this.#client.call('submit', ...texts, terms.outdated ?? 0)
    return { record: this.#recordFrom(record), begun }
  }

  async adopt(record: StoredRecord): Promise<StoredRecord> {
    return this.#recordFrom(await this.#client.call('adopt', JSON.stringify(record)))
  }

  async withdraw(key: string, submissionId: string): Promise<number> {
    return this.#client.call('withdraw', key, submissionId)
  }

  async submissions(key: string): Promise<readonly Submission[]> {
    return (await this.#client.call('submissions', key)).map((text) => JSON.parse(text))
  }

  async claim(key: string, owner: string, options: ClaimOptions): Promise<ClaimAnswer> {
    const answer = await this.#client.call('claim', key, owner, options)
    const { leaseMs, keepMs = 0 } = options
    if (answer.lease !== undefined && keepMs > 0) this.#handover?.keep(answer.lease, { leaseMs, keepMs })
    return answer
  }

  async release(lease: Lease, options: ReleaseOptions): Promise<boolean> {
    this.#handover?.drop(lease)
    return this.#client.call('release', lease, options)
  }

  async renew(lease: Lease, leaseMs: number, keepMs?: number): Promise<boolean> {
    const isHeld = await this.#client.call('renew', lease, leaseMs, keepMs)
    if (isHeld && keepMs !== undefined) this.#handover?.keep(lease, { leaseMs, keepMs })
    return isHeld
  }

  async update(lease: Lease, change: RecordChange): Promise<boolean> {
    const isEnd = change.status !== undefined && isEnded(change.status)
    if (isEnd) this.#handover?.drop(lease)
    return this.#client.call('update', lease, JSON.stringify(change), isEnd)
  }

  /** @throws DATALAB_CLOSED */
  subscribe(key: string, onChange: (record: StoredRecord) => void): () => void {
    return this.#client.subscribe(key, onChange)
  }

  async forget(key: string, attempt: number): Promise<boolean> {
    return this.#client.call('forget', key, attempt)
  }

  async expire(before: Date): Promise<number> {
    let count = 0
    for (;;) {
      const forgotten = await this.#client.call('expire', before.getTime(), EXPIRED_AT_ONCE)
      count += forgotten
      if (forgotten < EXPIRED_AT_ONCE || this.#client.isClosed) return count
    }
  }

  /** Lets calls that were made end, and ends what it does by itself. Closing twice is harmless. */
  async close(): Promise<void> {
    await this.#handover?.close()
    await this.#client.close()
  }

  #recordFrom(texts: RecordTexts): StoredRecord {
    try {
      return recordFrom(texts)
    } catch (error) {
      throw databaseError(this.#path, { message: (error as Error).message, code: 'SQLITE_CORRUPT' })
    }
  }
}
