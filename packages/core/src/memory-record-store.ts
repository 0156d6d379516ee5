import { LRUCache } from 'lru-cache'
import { isEnded, type JobStatus, type StoredRecord } from './record.js'
import type {
  Lease,
  RecordChange,
  RecordDraft,
  RecordPage,
  RecordStore,
  Submission,
  SubmitAnswer,
} from './record-store.js'

/** Settings of a {@link MemoryRecordStore}. */
export interface MemoryRecordStoreOptions {
  /** How many ended records are remembered; 10,000 by default. Live ones are never forgotten. */
  maxEnded?: number
  /** Milliseconds since the epoch; the system's clock by default. */
  now?: () => number
}

interface Entry {
  record: StoredRecord
  submissions: Submission[]
  lease?: { owner: string; expires: number }
}

const CANCELLED: RecordChange = {
  status: 'CANCELLED',
  message: 'cancelled',
  output: null,
  error: { code: 'DATALAB_ABORTED', message: 'cancelled' },
}

type Listener = (record: StoredRecord) => void

/** Records in this process's memory: for scripts, tests, and hosts of one process. */
export class MemoryRecordStore implements RecordStore {
  readonly reach = 'process'
  readonly #live = new Map<string, Entry>()
  readonly #ended: LRUCache<string, Entry>
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #now: () => number

  constructor(options: MemoryRecordStoreOptions = {}) {
    this.#ended = new LRUCache({ max: options.maxEnded ?? 10_000 })
    this.#now = options.now ?? Date.now
  }

  async get(key: string): Promise<StoredRecord | undefined> {
    return this.#find(key)?.record
  }

  async list(options: { status?: JobStatus; cursor?: string; limit?: number } = {}): Promise<RecordPage> {
    const { status, cursor = '', limit = 100 } = options
    const found = [...this.#live.values(), ...this.#ended.values()]
      .map((entry) => entry.record)
      .filter((record) => record.key > cursor && (status === undefined || record.status === status))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
    const records = found.slice(0, limit)
    const last = records.at(-1)
    return found.length > limit && last !== undefined ? { records, cursor: last.key } : { records }
  }

  async submit(draft: RecordDraft, submission: Submission, options: { force?: boolean } = {}): Promise<SubmitAnswer> {
    const entry = this.#find(draft.key)
    const isLive = entry !== undefined && !isEnded(entry.record.status)
    const isUsable = entry?.record.status === 'COMPLETED' && options.force !== true
    if (entry !== undefined && (isLive || isUsable)) {
      entry.submissions.push(submission)
      return { record: entry.record, begun: false }
    }
    const record = pendingRecord(draft, entry?.record, this.#time())
    this.#publish({ record, submissions: [submission] }, record)
    return { record, begun: true }
  }

  async adopt(record: StoredRecord): Promise<StoredRecord> {
    const entry = this.#find(record.key)
    if (entry !== undefined) return entry.record
    this.#publish({ record, submissions: [] }, record)
    return record
  }

  async withdraw(key: string, submissionId: string): Promise<number> {
    const entry = this.#find(key)
    if (entry === undefined) return 0
    entry.submissions = entry.submissions.filter(({ id }) => id !== submissionId)
    const left = entry.submissions.length
    if (left === 0 && !isEnded(entry.record.status)) this.#change(entry, CANCELLED)
    return left
  }

  async claim(key: string, owner: string, options: { leaseMs: number; attempt?: number }): Promise<Lease | undefined> {
    const entry = this.#live.get(key)
    if (entry === undefined || (entry.lease !== undefined && entry.lease.expires > this.#now())) return undefined
    const { record } = entry
    const attempt = Math.max(record.attempt + 1, options.attempt ?? 1)
    const time = this.#time()
    const restart = record.status === 'IN_PROGRESS' ? restarted(record) : {}
    entry.lease = { owner, expires: this.#now() + options.leaseMs }
    this.#publish(entry, { ...record, ...restart, status: 'IN_PROGRESS', attempt, started: time, updated: time })
    return { key, attempt, owner, principal: entry.submissions[0]?.principal ?? { id: 'nobody' } }
  }

  async renew(lease: Lease, leaseMs: number): Promise<boolean> {
    const entry = this.#held(lease)
    if (entry === undefined) return false
    entry.lease = { owner: lease.owner, expires: this.#now() + leaseMs }
    return true
  }

  async update(lease: Lease, change: RecordChange): Promise<boolean> {
    const entry = this.#held(lease)
    if (entry === undefined) return false
    this.#change(entry, change)
    return true
  }

  subscribe(key: string, onChange: Listener): () => void {
    const listeners = this.#listeners.get(key) ?? new Set()
    this.#listeners.set(key, listeners)
    listeners.add(onChange)
    return () => {
      listeners.delete(onChange)
      if (listeners.size === 0 && this.#listeners.get(key) === listeners) this.#listeners.delete(key)
    }
  }

  async expire(before: Date): Promise<number> {
    const old = [...this.#ended.values()].filter(({ record }) => Date.parse(record.updated) < before.getTime())
    for (const { record } of old) this.#ended.delete(record.key)
    return old.length
  }

  #find(key: string): Entry | undefined {
    return this.#live.get(key) ?? this.#ended.get(key)
  }

  #held(lease: Lease): Entry | undefined {
    const entry = this.#live.get(lease.key)
    return entry?.lease?.owner === lease.owner && entry.record.attempt === lease.attempt ? entry : undefined
  }

  #change(entry: Entry, change: RecordChange): void {
    const time = this.#time()
    const isEnd = change.status !== undefined && isEnded(change.status)
    const ended = isEnd ? (change.ended ?? time) : entry.record.ended
    this.#publish(entry, { ...entry.record, ...change, ended, updated: isEnd ? (ended ?? time) : time })
  }

  #publish(entry: Entry, record: StoredRecord): void {
    entry.record = record
    if (isEnded(record.status)) delete entry.lease
    this.#keep(entry)
    for (const listener of this.#listeners.get(record.key) ?? []) listener(record)
  }

  #keep(entry: Entry): void {
    const { key, status } = entry.record
    if (isEnded(status)) {
      this.#live.delete(key)
      this.#ended.set(key, entry)
    } else {
      this.#ended.delete(key)
      this.#live.set(key, entry)
    }
  }

  #time(): string {
    return new Date(this.#now()).toISOString()
  }
}

function pendingRecord(draft: RecordDraft, before: StoredRecord | undefined, time: string): StoredRecord {
  return {
    version: 1,
    ...draft,
    status: 'PENDING',
    attempt: before?.attempt ?? 0,
    progress: 0,
    message: null,
    warnings: [],
    output: null,
    error: null,
    created: before?.created ?? time,
    updated: time,
    started: null,
    ended: null,
    history: before === undefined ? [] : withSummary(before),
  }
}

/** What a new attempt at a record IN_PROGRESS starts from. */
function restarted(record: StoredRecord): Partial<StoredRecord> {
  return { progress: 0, message: null, warnings: [], output: null, error: null, history: withSummary(record) }
}

function withSummary(record: StoredRecord): StoredRecord['history'] {
  const { attempt, status, started, ended, error } = record
  return [...record.history, { attempt, status, started, ended, error }]
}
