import { type AttemptSummary, isEnded, type StoredRecord } from './record.js'
import type {
  ClaimAnswer,
  ClaimOptions,
  Lease,
  RecordChange,
  RecordDraft,
  ReleaseOptions,
  Submission,
} from './record-store.js'

/**
 * All that a record store keeps of a job: JSON. The functions of this file are the one state machine of records; a store applies them
 * atomically, and tells the time.
 */
export interface RecordEntry {
  readonly record: StoredRecord
  readonly submissions: readonly Submission[]
  /** Who may write the record, until when (milliseconds since the epoch, by the store's clock), and for how many milliseconds it was given. */
  readonly lease: { readonly owner: string; readonly expires: number; readonly length: number } | null
}

const MAX_DEATHS = 3

/** As many earlier attempts as a record remembers. */
const MAX_HISTORY = 50

/**
 * One more submission; with it the first or the next attempt, where none is live and there is no result that counts. One that is there
 * already stays the same, so that it can be sent again when its answer was lost.
 */
export function submitted(
  entry: RecordEntry | undefined,
  draft: RecordDraft,
  submission: Submission,
  outdated: number,
  now: number,
): { entry: RecordEntry; begun: boolean } {
  if (entry?.submissions.some(({ id }) => id === submission.id)) return { entry, begun: false }
  if (entry !== undefined && isKept(entry.record, outdated))
    return { entry: joined(entry, submission, outdated), begun: false }
  const before = entry?.record
  const record: StoredRecord = {
    version: 1,
    ...draft,
    ...FRESH,
    status: 'PENDING',
    attempt: before?.attempt ?? 0,
    retries: 0,
    deaths: 0,
    notBefore: null,
    outdated,
    created: before?.created ?? iso(now),
    updated: iso(now),
    started: null,
    ended: null,
    history: before === undefined ? [] : withSummary(before),
  }
  return { entry: { record, submissions: [submission], lease: null }, begun: true }
}

function isKept({ status, attempt }: StoredRecord, outdated: number): boolean {
  return !isEnded(status) || (status === 'COMPLETED' && attempt > outdated)
}

function joined(entry: RecordEntry, submission: Submission, outdated: number): RecordEntry {
  const { record } = entry
  const isRaised = record.status === 'PENDING' && outdated > record.outdated
  const submissions = [...entry.submissions, submission]
  return isRaised ? { ...entry, record: { ...record, outdated }, submissions } : { ...entry, submissions }
}

/** One submission less; where none is left, the attempt is CANCELLED, and its lease lost. */
export function withdrawn(entry: RecordEntry, submissionId: string, now: number): RecordEntry {
  const submissions = entry.submissions.filter(({ id }) => id !== submissionId)
  if (submissions.length > 0 || isEnded(entry.record.status)) return { ...entry, submissions }
  const error = { code: 'DATALAB_ABORTED', message: 'cancelled' }
  const record = changed(entry.record, { status: 'CANCELLED', message: error.message, output: null, error }, now)
  return { record, submissions, lease: null }
}

/** The next attempt under a lease, where there is one to run; the lease itself for whoever holds it. */
export function claimed(
  entry: RecordEntry,
  owner: string,
  options: ClaimOptions,
  now: number,
): { entry: RecordEntry; answer: ClaimAnswer } {
  const seen = inTime(entry, now)
  const { record, lease, submissions } = seen
  if (isEnded(record.status)) return { entry, answer: {} }
  if (lease?.owner === owner && lease.expires > now) return { entry: seen, answer: { lease: leaseOf(entry, owner) } }
  const notBefore = options.isEnding === true ? 0 : Date.parse(record.notBefore ?? '') || 0
  const waitMs = Math.max(lease?.expires ?? 0, notBefore) - now
  if (waitMs > 0) return { entry: seen, answer: { waitMs } }
  const isDeath = record.status === 'IN_PROGRESS'
  const deaths = record.deaths + (isDeath ? 1 : 0)
  if (isDeath && deaths >= (options.maxDeaths ?? MAX_DEATHS)) return { entry: stopped(seen, deaths, now), answer: {} }
  const attempt = Math.max(record.attempt + 1, options.attempt ?? 1)
  const began: StoredRecord = {
    ...record,
    ...FRESH,
    status: 'IN_PROGRESS',
    attempt,
    deaths,
    notBefore: null,
    started: iso(now),
    updated: iso(now),
    history: isDeath ? withSummary(record) : record.history,
  }
  const next = { record: began, submissions, lease: leaseFor(owner, options.leaseMs, now) }
  return { entry: next, answer: { lease: leaseOf(next, owner) } }
}

/**
 * The entry by a clock that was set back: nobody waits longer, from now on, than was asked for. How much of that is over is not known any more.
 */
function inTime(entry: RecordEntry, now: number): RecordEntry {
  const { record, lease } = entry
  // Fractions of a millisecond are rounded.
  const isTooLong = lease !== null && lease.expires - now > lease.length + 1
  const changed = isTooLong ? { ...entry, lease: leaseFor(lease.owner, lease.length, now) } : entry
  const released = Date.parse(record.updated)
  if (record.notBefore === null || !(released > now)) return changed
  const notBefore = iso(now + Date.parse(record.notBefore) - released)
  return { ...changed, record: { ...record, notBefore, updated: iso(now) } }
}

function leaseFor(owner: string, length: number, now: number): RecordEntry['lease'] {
  return { owner, expires: now + length, length }
}

function leaseOf({ record, submissions }: RecordEntry, owner: string): Lease {
  const principal = submissions[0]?.principal ?? { id: 'nobody' }
  return { key: record.key, attempt: record.attempt, owner, principal }
}

/** The lease prolonged; undefined when it is lost. */
export function renewed(entry: RecordEntry, lease: Lease, leaseMs: number, now: number): RecordEntry | undefined {
  return isHeld(entry, lease) ? { ...entry, lease: leaseFor(lease.owner, leaseMs, now) } : undefined
}

/** The record changed by its lease's owner; undefined when the lease is lost. */
export function updated(entry: RecordEntry, lease: Lease, change: RecordChange, now: number): RecordEntry | undefined {
  if (!isHeld(entry, lease)) return undefined
  const record = changed(entry.record, change, now)
  return { ...entry, record, lease: isEnded(record.status) ? null : entry.lease }
}

/** The run given back by its lease's owner; undefined when the lease is lost. */
export function released(
  entry: RecordEntry,
  lease: Lease,
  options: ReleaseOptions,
  now: number,
): RecordEntry | undefined {
  if (!isHeld(entry, lease)) return undefined
  const { error, delayMs } = options
  const { record } = entry
  const failed: StoredRecord = { ...record, status: 'FAILED', error: error ?? null, ended: iso(now) }
  const waiting: StoredRecord = {
    ...record,
    ...FRESH,
    status: 'PENDING',
    message: error?.message ?? null,
    retries: record.retries + (error === undefined ? 0 : 1),
    notBefore: delayMs > 0 ? iso(now + delayMs) : null,
    started: null,
    updated: iso(now),
    history: error === undefined ? record.history : withSummary(failed),
  }
  return { ...entry, record: waiting, lease: null }
}

/** What every attempt begins with. */
const FRESH = { progress: 0, message: null, warnings: [], output: null, error: null } as const

function isHeld(entry: RecordEntry, lease: Lease): boolean {
  return entry.lease?.owner === lease.owner && entry.record.attempt === lease.attempt
}

function changed(record: StoredRecord, change: RecordChange, now: number): StoredRecord {
  const isEnd = change.status !== undefined && isEnded(change.status)
  const ended = isEnd ? (change.ended ?? iso(now)) : record.ended
  return { ...record, ...change, ended, updated: isEnd ? (ended ?? iso(now)) : iso(now) }
}

function stopped(entry: RecordEntry, deaths: number, now: number): RecordEntry {
  const message = `The worker stopped ${deaths} times while it ran this job. It may need more memory than there is; try it with fewer or smaller files.`
  const error = { code: 'DATALAB_WORKER_STOPPED', message }
  const record = changed({ ...entry.record, deaths }, { status: 'FAILED', message, output: null, error }, now)
  return { ...entry, record, lease: null }
}

/** The history of a record that takes the place of another, of whose attempts its store may know nothing. */
export function historyAfter(record: StoredRecord, replaced: StoredRecord | undefined): readonly AttemptSummary[] {
  if (replaced === undefined) return record.history
  const known = new Set(record.history.map(({ attempt }) => attempt))
  const earlier = withSummary(replaced).filter(({ attempt }) => !known.has(attempt) && attempt < record.attempt)
  return [...earlier, ...record.history].sort((a, b) => a.attempt - b.attempt).slice(-MAX_HISTORY)
}

function withSummary(record: StoredRecord): readonly AttemptSummary[] {
  return [...record.history, summaryOf(record)].slice(-MAX_HISTORY)
}

/** How the attempt of a record went. */
export function summaryOf({ attempt, status, started, ended, error, begunBy }: StoredRecord): AttemptSummary {
  return { attempt, status, started, ended, error, ...(begunBy === undefined ? {} : { begunBy }) }
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
