import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ClaimAnswer,
  type ClaimOptions,
  claimed,
  DataLabError,
  type JobStatus,
  type Lease,
  type RecordChange,
  type RecordDraft,
  type RecordEntry,
  type RecordPage,
  type RecordStore,
  type ReleaseOptions,
  released,
  type StoredRecord,
  type Submission,
  type SubmitAnswer,
  type SubmitTerms,
  submitted,
  updated,
  withdrawn,
} from '@datalab/core'
import { HeldEntries } from './held-entries.js'
import { revisionsOf } from './job-label.js'
import { checkedPrefix } from './prefix.js'
import { type EntryRead, RecordTable } from './record-table.js'
import { RecordWatch } from './record-watch.js'
import type { RedisAddress } from './redis-address.js'
import { RedisLink } from './redis-link.js'
import { Turns } from './turns.js'

/** Settings of a {@link RedisRecordStore}. */
export interface RedisRecordStoreOptions {
  /** The Redis: `redis://host:6379/0`, `rediss://user:password@host` with TLS, or the options of ioredis. */
  readonly redis: RedisAddress
  /** What the names of all keys begin with; `datalab` by default. The executor has the same. */
  readonly prefix?: string
  /** After so many workers that stopped without a word while they ran it, a job is FAILED; 4 by default: three may be killed in a row. */
  readonly maxDeaths?: number
}

const MAX_DEATHS = 4

/** What becomes of an entry, and what is answered. */
interface Change<Answer> {
  readonly entry: RecordEntry | undefined
  readonly answer: Answer
}

type EntryChange<Answer> = (before: RecordEntry | undefined, now: number) => Change<Answer>

interface ChangeTerms {
  /** Who has the lease afterwards, where the change is about one. */
  readonly owner?: string
  /** Whether whoever has the lease changes the entry, as far as they know. */
  readonly isHeld?: boolean
}

/** Who forgets many records lets others write meanwhile. */
const EXPIRED_AT_ONCE = 500

/** So often a change is made anew since another came first. One of those that compete always comes through. */
const MAX_TRIES = 200

/**
 * Records in a Redis, for any number of processes on any number of machines.
 *
 * Leases run by the clock of Redis. Subscribers hear at once of what this store changes, and of what others change as soon as Redis tells; what
 * they missed while it was away they hear when it is back, as it is then. A record that waits while no worker has what it needs says so in its
 * message, as it is read.
 *
 * Connections are opened by the first call. Calls throw REDIS_UNAVAILABLE (retryable) within seconds while Redis does not answer,
 * REDIS_UNSUITABLE for a Redis that drops keys when its memory is full or refuses, DATALAB_CLOSED.
 *
 * @example new RedisRecordStore({ redis: 'redis://redis.example:6379' })
 */
export class RedisRecordStore implements RecordStore {
  readonly reach = 'fleet'
  readonly #link: RedisLink
  readonly #table: RecordTable
  readonly #watch: RecordWatch
  readonly #turns = new Turns()
  readonly #held = new HeldEntries()
  readonly #calls = new Set<Promise<unknown>>()
  readonly #maxDeaths: number
  #isClosed = false

  constructor({ redis, prefix = 'datalab', maxDeaths = MAX_DEATHS }: RedisRecordStoreOptions) {
    checkedPrefix(prefix)
    this.#maxDeaths = maxDeaths
    this.#link = new RedisLink(redis)
    this.#table = new RecordTable(this.#link, prefix)
    this.#watch = new RecordWatch(redis, prefix, this.#table)
    // One that was restarted may have lost its last changes, and give their revisions again.
    this.#link.onUp(() => this.#held.clear())
  }

  get(key: string): Promise<StoredRecord | undefined> {
    return this.#call(async () => {
      const read = await this.#table.get(key)
      return read && (read.others === undefined ? read.record : waitingFor(read.record, read.others))
    })
  }

  list(options: { status?: JobStatus; cursor?: string; limit?: number } = {}): Promise<RecordPage> {
    const { status, cursor = '', limit = 100 } = options
    return this.#call(async () => {
      // One more tells whether there is another page.
      const found = await this.#table.list(status, cursor, limit + 1)
      const records = found.slice(0, limit)
      const last = records.at(-1)
      return found.length > limit && last !== undefined ? { records, cursor: last.key } : { records }
    })
  }

  submit(draft: RecordDraft, submission: Submission, terms: SubmitTerms = {}): Promise<SubmitAnswer> {
    return this.#change(draft.key, (before, now) => {
      const { entry, begun } = submitted(before, draft, submission, terms.outdated ?? 0, now)
      return { entry, answer: { record: entry.record, begun } }
    })
  }

  adopt(record: StoredRecord): Promise<StoredRecord> {
    return this.#change(record.key, (before) => {
      const entry = before ?? { record, submissions: [], lease: null }
      return { entry, answer: entry.record }
    })
  }

  withdraw(key: string, submissionId: string): Promise<number> {
    return this.#change(key, (before, now) => {
      const entry = before && withdrawn(before, submissionId, now)
      return { entry, answer: entry?.submissions.length ?? 0 }
    })
  }

  submissions(key: string): Promise<readonly Submission[]> {
    return this.#call(() => this.#table.submissions(key))
  }

  claim(key: string, owner: string, options: ClaimOptions): Promise<ClaimAnswer> {
    const change = (before: RecordEntry | undefined, now: number): Change<ClaimAnswer> => {
      if (before === undefined) return { entry: before, answer: {} }
      const waitMs = this.#graceOf(before, now)
      if (waitMs > 0) return { entry: before, answer: { waitMs } }
      return claimed(before, owner, { maxDeaths: this.#maxDeaths, ...options }, now)
    }
    return this.#change(key, change, { owner })
  }

  /** While Redis was away nobody could keep a lease: for as long as one lasts, whoever holds it can renew it, and goes on. */
  #graceOf({ lease }: RecordEntry, now: number): number {
    return lease === null || lease.expires > now ? 0 : lease.length - this.#link.sinceReturn
  }

  release(lease: Lease, options: ReleaseOptions): Promise<boolean> {
    return this.#changeHeld(lease, (before, now) => released(before, lease, options, now))
  }

  renew(lease: Lease, leaseMs: number): Promise<boolean> {
    return this.#call(() => this.#turns.take(lease.key, () => this.#renewInTurn(lease, leaseMs)))
  }

  update(lease: Lease, change: RecordChange): Promise<boolean> {
    return this.#changeHeld(lease, (before, now) => updated(before, lease, change, now))
  }

  /** @throws DATALAB_CLOSED */
  subscribe(key: string, onChange: (record: StoredRecord) => void): () => void {
    this.#checkOpen()
    return this.#watch.add(key, onChange)
  }

  forget(key: string, attempt: number): Promise<boolean> {
    return this.#call(() => this.#table.forget(key, attempt))
  }

  expire(before: Date): Promise<number> {
    return this.#call(async () => {
      let count = 0
      for (;;) {
        const forgotten = await this.#table.expire(before.getTime(), EXPIRED_AT_ONCE)
        count += forgotten
        if (forgotten < EXPIRED_AT_ONCE || this.#isClosed) return count
      }
    })
  }

  /** Lets calls that were made end, and closes the connections. Closing twice is harmless. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled(this.#calls)
    await Promise.all([this.#watch.close(), this.#link.close()])
  }

  async #renewInTurn(lease: Lease, leaseMs: number): Promise<boolean> {
    const held = this.#held.take(lease.key)
    const revisions = await this.#table.renew(lease, leaseMs)
    if (revisions === undefined) return false
    const [before, after] = revisions
    if (held?.revision === before) this.#held.put({ ...held, revision: after }, lease.owner)
    return true
  }

  #changeHeld(lease: Lease, change: (before: RecordEntry, now: number) => RecordEntry | undefined): Promise<boolean> {
    const held = (before: RecordEntry | undefined, now: number): Change<boolean> => {
      const entry = before && change(before, now)
      return { entry, answer: entry !== undefined }
    }
    return this.#change(lease.key, held, { owner: lease.owner, isHeld: true })
  }

  /** Changes of one record that this process makes follow each other; one that another process has forestalled is made anew, of what is there then. */
  #change<Answer>(key: string, change: EntryChange<Answer>, terms: ChangeTerms = {}): Promise<Answer> {
    return this.#call(() => this.#turns.take(key, () => this.#changeInTurn(key, change, terms)))
  }

  async #changeInTurn<Answer>(key: string, change: EntryChange<Answer>, terms: ChangeTerms): Promise<Answer> {
    const { owner, isHeld = false } = terms
    let known = isHeld ? this.#held.take(key) : undefined
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const read: EntryRead = known ?? (await this.#table.read(key))
      known = undefined
      const { entry, answer } = change(read.entry, read.now)
      if (entry === undefined || entry === read.entry) return answer
      const kept = await this.#table.keep(entry, read)
      if (kept !== undefined) {
        if (owner !== undefined) this.#held.put(kept, owner)
        if (entry.record !== read.entry?.record) this.#watch.tell(Number(kept.revision), entry.record)
        return answer
      }
      await sleep(Math.random() * Math.min(tries, 20))
    }
    throw contended(key)
  }

  async #call<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    this.#checkOpen()
    const call = work()
    this.#calls.add(call)
    try {
      return await call
    } finally {
      this.#calls.delete(call)
    }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new DataLabError('DATALAB_CLOSED', 'This record store is closed; make a new one.')
  }
}

/**
 * The record of a job that no worker of the fleet can run now.
 *
 * @param labels of what workers have
 */
function waitingFor(record: StoredRecord, labels: readonly string[]): StoredRecord {
  const { id, name, revision } = record.operation
  const reason = mismatch(revision, revisionsOf(id, labels))
  return { ...record, message: `Waiting for a worker that has ${name} (${id}, revision ${revision}): ${reason}.` }
}

/** @param revisions of the operation that workers have */
function mismatch(revision: number, revisions: readonly number[]): string {
  if (revisions.length === 0) return 'none is running now'
  if (!revisions.includes(revision)) return `those that are running have revision ${revisions.join(' and ')}`
  return 'those that are running have other services, or other settings of them'
}

function contended(key: string): DataLabError {
  const message = 'Too many processes change this job at the same time. Try again later.'
  return new DataLabError('REDIS_UNAVAILABLE', message, { retryable: true, details: { key } })
}
