import { LRUCache } from 'lru-cache'
import { isEnded, type JobStatus, type StoredRecord } from './record.js'
import { claimed, type RecordEntry, released, renewed, submitted, updated, withdrawn } from './record-entry.js'
import type {
  ClaimAnswer,
  ClaimOptions,
  Lease,
  RecordChange,
  RecordDraft,
  RecordPage,
  RecordStore,
  ReleaseOptions,
  Submission,
  SubmitAnswer,
  SubmitTerms,
} from './record-store.js'

/** Settings of a {@link MemoryRecordStore}. */
export interface MemoryRecordStoreOptions {
  /** How many ended records are remembered; 10,000 by default. Live ones are never forgotten. */
  maxEnded?: number
  /** Milliseconds since the epoch; the system's clock by default. */
  now?: () => number
}

type Listener = (record: StoredRecord) => void

/** Records in this process's memory: for scripts, tests, and hosts of one process. */
export class MemoryRecordStore implements RecordStore {
  readonly reach = 'process'
  readonly #live = new Map<string, RecordEntry>()
  readonly #maxEnded: number
  #ended: LRUCache<string, RecordEntry> | undefined
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #now: () => number

  constructor(options: MemoryRecordStoreOptions = {}) {
    const { maxEnded = 10_000 } = options
    if (!(Number.isSafeInteger(maxEnded) && maxEnded > 0))
      throw new TypeError(`A store of ${maxEnded} ended jobs cannot be; give 1 or more.`)
    this.#maxEnded = maxEnded
    this.#now = options.now ?? Date.now
  }

  async get(key: string): Promise<StoredRecord | undefined> {
    return this.#find(key)?.record
  }

  async list(options: { status?: JobStatus; cursor?: string; limit?: number } = {}): Promise<RecordPage> {
    const { status, cursor = '', limit = 100 } = options
    const found = [...this.#live.values(), ...this.#endedEntries()]
      .map((entry) => entry.record)
      .filter((record) => record.key > cursor && (status === undefined || record.status === status))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
    const records = found.slice(0, limit)
    const last = records.at(-1)
    return found.length > limit && last !== undefined ? { records, cursor: last.key } : { records }
  }

  async submit(draft: RecordDraft, submission: Submission, terms: SubmitTerms = {}): Promise<SubmitAnswer> {
    const { entry, begun } = submitted(this.#find(draft.key), draft, submission, terms.outdated ?? 0, this.#now())
    this.#keep(entry)
    return { record: entry.record, begun }
  }

  async adopt(record: StoredRecord): Promise<StoredRecord> {
    const entry = this.#find(record.key)
    if (entry !== undefined) return entry.record
    this.#keep({ record, submissions: [], lease: null })
    return record
  }

  async withdraw(key: string, submissionId: string): Promise<number> {
    const entry = this.#find(key)
    if (entry === undefined) return 0
    const next = withdrawn(entry, submissionId, this.#now())
    this.#keep(next)
    return next.submissions.length
  }

  async submissions(key: string): Promise<readonly Submission[]> {
    return this.#find(key)?.submissions ?? []
  }

  async claim(key: string, owner: string, options: ClaimOptions): Promise<ClaimAnswer> {
    const before = this.#live.get(key)
    if (before === undefined) return {}
    const { entry, answer } = claimed(before, owner, options, this.#now())
    this.#keep(entry)
    return answer
  }

  async release(lease: Lease, options: ReleaseOptions): Promise<boolean> {
    return this.#apply(lease.key, (entry, now) => released(entry, lease, options, now))
  }

  async renew(lease: Lease, leaseMs: number): Promise<boolean> {
    return this.#apply(lease.key, (entry, now) => renewed(entry, lease, leaseMs, now))
  }

  async update(lease: Lease, change: RecordChange): Promise<boolean> {
    return this.#apply(lease.key, (entry, now) => updated(entry, lease, change, now))
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

  async forget(key: string, attempt: number): Promise<boolean> {
    return this.#ended?.peek(key)?.record.attempt === attempt && this.#ended.delete(key)
  }

  async expire(before: Date): Promise<number> {
    const old = this.#endedEntries().filter(({ record }) => Date.parse(record.updated) < before.getTime())
    for (const { record } of old) this.#ended?.delete(record.key)
    return old.length
  }

  #endedEntries(): RecordEntry[] {
    return [...(this.#ended?.values() ?? [])]
  }

  #find(key: string): RecordEntry | undefined {
    return this.#live.get(key) ?? this.#ended?.get(key)
  }

  #apply(key: string, change: (entry: RecordEntry, now: number) => RecordEntry | undefined): boolean {
    const entry = this.#live.get(key)
    const next = entry && change(entry, this.#now())
    if (next !== undefined) this.#keep(next)
    return next !== undefined
  }

  /** Keeps an entry, and tells those who watch it where its record is another one now. */
  #keep(entry: RecordEntry): void {
    const { record } = entry
    const before = this.#find(record.key)?.record
    if (isEnded(record.status)) {
      this.#live.delete(record.key)
      // It has room for all of them from the start: many stores never see a job end.
      this.#ended ??= new LRUCache({ max: this.#maxEnded })
      this.#ended.set(record.key, entry)
    } else {
      this.#ended?.delete(record.key)
      this.#live.set(record.key, entry)
    }
    if (record === before) return
    for (const listener of this.#listeners.get(record.key) ?? []) listener(record)
  }
}
