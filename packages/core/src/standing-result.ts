import { isEnded, type StoredRecord } from './record.js'
import { summaryOf } from './record-entry.js'

/** Whether the latest attempt at a job ended without a result: then the one before it stands, where there is one. */
export function hasNoResult({ status }: StoredRecord): boolean {
  return isEnded(status) && status !== 'COMPLETED'
}

/**
 * The record of a result that stands, though attempts that were to replace it have ended since: its history tells of them too.
 *
 * @param result as its manifest has it
 * @param latest the latest attempt, which has ended without a result
 */
export function standingRecord(result: StoredRecord, latest: StoredRecord): StoredRecord {
  const told = new Set([result.attempt, ...result.history.map(({ attempt }) => attempt)])
  // What was taken back before it began was no attempt.
  const last = latest.started === null ? [] : [summaryOf(latest)]
  const since = [...latest.history, ...last].filter(({ attempt }) => !told.has(attempt))
  return { ...result, history: [...result.history, ...since] }
}
