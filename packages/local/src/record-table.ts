import {
  type ClaimAnswer,
  type ClaimOptions,
  claimed,
  isEnded,
  type JobStatus,
  type Lease,
  type RecordChange,
  type RecordDraft,
  type RecordEntry,
  type ReleaseOptions,
  released,
  renewed,
  type StoredRecord,
  type Submission,
  submitted,
  updated,
  withdrawn,
} from '@datalab/core'
import { type RecordRow, TEXTS, type TextRow, textsOf } from './record-schema.js'
import { ownText, partsOf, type RecordPart, type RecordTexts, recordOf } from './record-texts.js'
import type { Connection } from './sqlite-connection.js'

/** What a table of records tells the time by. */
export interface RecordClock {
  /** Milliseconds since the epoch: what records are dated with. */
  now(): number
  /** Milliseconds since some moment, the same for all processes of the machine. Nobody sets this clock: leases run by it. */
  steady(): number
}

/** Which records are listed. */
export interface ListRequest {
  readonly status?: JobStatus
  /** Only keys after this one. */
  readonly after: string
  readonly limit: number
}

const IS_ENDED = `status IN ('COMPLETED', 'FAILED', 'CANCELLED')`

/** The records of a database: each change in one transaction. What they are told in and tell is JSON. */
export class RecordTable {
  constructor(
    private readonly connection: Connection,
    private readonly clock: RecordClock,
  ) {}

  get(key: string): RecordTexts | undefined {
    const row = this.connection.get<TextRow>(`SELECT ${TEXTS} FROM records WHERE key = ?`, 0, 0, key)
    return row && textsOf(row)
  }

  list({ status, after, limit }: ListRequest): RecordTexts[] {
    const [condition, values] = status === undefined ? ['', []] : ['status = ? AND', [status]]
    const sql = `SELECT ${TEXTS} FROM records WHERE ${condition} key > ? ORDER BY key LIMIT ?`
    return this.connection.all<TextRow>(sql, 0, 0, ...values, after, limit).map(textsOf)
  }

  submissions(key: string): string[] {
    return this.connection
      .all<{ submission: string }>('SELECT submission FROM submissions WHERE key = ? ORDER BY number', key)
      .map(({ submission }) => submission)
  }

  submit(draftText: string, submissionText: string, outdated: number): { record: RecordTexts; begun: boolean } {
    const draft: RecordDraft = JSON.parse(draftText)
    const submission: Submission = JSON.parse(submissionText)
    return this.connection.transaction(() => {
      const begun = this.#change(draft.key, (before, now) => {
        const { entry, begun } = submitted(before, draft, submission, outdated, now)
        return { entry, answer: begun }
      })
      return { record: this.get(draft.key) as RecordTexts, begun }
    })
  }

  adopt(text: string): RecordTexts {
    const record: StoredRecord = JSON.parse(text)
    return this.connection.transaction(() => {
      const adopted = { record, submissions: [], lease: null }
      this.#change(record.key, (before) => ({ entry: before ?? adopted, answer: undefined }))
      return this.get(record.key) as RecordTexts
    })
  }

  withdraw(key: string, submissionId: string): number {
    return this.#change(key, (before, now) => {
      const entry = before && withdrawn(before, submissionId, now)
      return { entry, answer: entry?.submissions.length ?? 0 }
    })
  }

  claim(key: string, owner: string, options: ClaimOptions): ClaimAnswer {
    return this.#change<ClaimAnswer>(key, (before, now) =>
      before === undefined ? { entry: before, answer: {} } : claimed(before, owner, options, now),
    )
  }

  release(lease: Lease, options: ReleaseOptions): boolean {
    return this.#changeHeld(lease, (before, now) => released(before, lease, options, now))
  }

  renew(lease: Lease, leaseMs: number): boolean {
    return this.#changeHeld(lease, (before, now) => renewed(before, lease, leaseMs, now))
  }

  update(lease: Lease, changeText: string): boolean {
    const change: RecordChange = JSON.parse(changeText)
    return this.#changeHeld(lease, (before, now) => updated(before, lease, change, now))
  }

  forget(key: string, attempt: number): boolean {
    return this.connection.transaction(() => {
      const record = this.#entry(key, 0)?.record
      if (record === undefined || record.attempt !== attempt || !isEnded(record.status)) return false
      this.#keepRevision()
      return this.connection.run('DELETE FROM records WHERE key = ?', key) > 0
    })
  }

  /** Forgets not all at once: others want to write, too. Tells how many. */
  expire(before: number, limit: number): number {
    return this.connection.transaction(() => {
      this.#keepRevision()
      const old = `SELECT rowid FROM records INDEXED BY ended_records_by_age WHERE ${IS_ENDED} AND updated < ? LIMIT ?`
      return this.connection.run(`DELETE FROM records WHERE rowid IN (${old})`, before, limit)
    })
  }

  #changeHeld(lease: Lease, change: (before: RecordEntry, now: number) => RecordEntry | undefined): boolean {
    return this.#change(lease.key, (before, now) => {
      const entry = before && change(before, now)
      return { entry, answer: entry !== undefined }
    })
  }

  #change<Answer>(
    key: string,
    change: (
      before: RecordEntry | undefined,
      now: number,
    ) => { readonly entry: RecordEntry | undefined; readonly answer: Answer },
  ): Answer {
    return this.connection.transaction(() => {
      const now = this.clock.now()
      const before = this.#entry(key, now)
      const { entry, answer } = change(before, now)
      if (entry !== undefined) this.#keep(entry, before, now)
      return answer
    })
  }

  /** Without what is in the parts of the record: it may be much, and decides nothing. What is made of the entry leaves it as it is. */
  #entry(key: string, now: number): RecordEntry | undefined {
    const row = this.connection.get<RecordRow>('SELECT own, owner, until, length FROM records WHERE key = ?', key)
    if (row === undefined) return undefined
    const record = recordOf(row.own, {})
    return { record, submissions: this.#asking(key), lease: this.#leaseOf(row, now) }
  }

  /** Who asks. What else they sent is left where it is: it may be much, and changes nothing. */
  #asking(key: string): Submission[] {
    return this.connection
      .all<{ id: string; principal: string }>(
        'SELECT id, principal FROM submissions WHERE key = ? ORDER BY number',
        key,
      )
      .map(({ id, principal }) => ({ id, principal: JSON.parse(principal), created: '', inputs: null }))
  }

  #leaseOf({ owner, until, length }: RecordRow, now: number): RecordEntry['lease'] {
    if (owner === null || until === null || length === null) return null
    const left = until - this.clock.steady()
    // More time than it was given, but for rounding: the system was started anew since then, and whoever had the lease is no more.
    return { owner, expires: now + (left > length + 1 ? 0 : left), length }
  }

  #keep(entry: RecordEntry, before: RecordEntry | undefined, now: number): void {
    const { record, lease, submissions } = entry
    if (record !== before?.record) this.#keepRecord(record, before?.record)
    if (lease !== (before?.lease ?? null)) this.#keepLease(record.key, lease, now)
    if (submissions !== before?.submissions) this.#keepSubmissions(record.key, submissions, before?.submissions ?? [])
  }

  #keepRecord(record: StoredRecord, before: StoredRecord | undefined): void {
    this.connection.run(
      `INSERT INTO records (key, status, updated, own, revision) VALUES (?, ?, ?, ?,
        1 + max((SELECT coalesce(max(revision), 0) FROM records), (SELECT revision FROM forgotten)))
      ON CONFLICT (key) DO UPDATE SET
        status = excluded.status, updated = excluded.updated, own = excluded.own, revision = excluded.revision`,
      record.key,
      record.status,
      Date.parse(record.updated) || 0,
      ownText(record),
    )
    if (record.output === null && before !== undefined && before.output !== null)
      this.connection.run(`DELETE FROM parts WHERE key = ? AND name = 'output'`, record.key)
    for (const part of partsOf(record)) this.#keepPart(record.key, part)
  }

  #keepPart(key: string, { name, text }: RecordPart): void {
    this.connection.run(
      `INSERT INTO parts (key, name, part, revision) VALUES (?, ?, ?, (SELECT revision FROM records WHERE key = ?))
      ON CONFLICT (key, name) DO UPDATE SET part = excluded.part, revision = excluded.revision`,
      key,
      name,
      text,
      key,
    )
  }

  #keepLease(key: string, lease: RecordEntry['lease'], now: number): void {
    const values = lease === null ? [null, null, null] : this.#leaseValues(lease, now)
    this.connection.run('UPDATE records SET owner = ?, until = ?, length = ? WHERE key = ?', ...values, key)
  }

  #leaseValues({ owner, expires, length }: NonNullable<RecordEntry['lease']>, now: number): [string, number, number] {
    return [owner, this.clock.steady() + expires - now, length]
  }

  #keepSubmissions(key: string, submissions: readonly Submission[], before: readonly Submission[]): void {
    const [kept, known] = [submissions, before].map((all) => new Set(all.map(({ id }) => id)))
    for (const { id } of before)
      if (!kept?.has(id)) this.connection.run('DELETE FROM submissions WHERE key = ? AND id = ?', key, id)
    for (const one of submissions) if (!known?.has(one.id)) this.#addSubmission(key, one)
  }

  #addSubmission(key: string, submission: Submission): void {
    this.connection.run(
      'INSERT INTO submissions (key, id, principal, submission) VALUES (?, ?, ?, ?)',
      key,
      submission.id,
      JSON.stringify(submission.principal),
      JSON.stringify(submission),
    )
  }

  /** Before records are forgotten: a revision that was given is not given again. */
  #keepRevision(): void {
    this.connection.run(
      'UPDATE forgotten SET revision = max(revision, (SELECT coalesce(max(revision), 0) FROM records))',
    )
  }
}
