import { expect, test } from 'vitest'
import type { AttemptSummary, JobStatus, StoredRecord } from '../src/record.js'
import { cancelledRecord, endOfRound, isSameRound } from '../src/round.js'
import { draft } from './records.js'

const TIME = '2026-01-01T00:00:00.000Z'

function record(change: Partial<StoredRecord>): StoredRecord {
  const times = { created: TIME, updated: TIME, started: TIME, ended: null }
  const counts = { attempt: 1, retries: 0, deaths: 0, outdated: 0, notBefore: null, progress: 0 }
  const rest = { status: 'IN_PROGRESS', message: null, warnings: [], output: null, error: null, history: [] } as const
  return { version: 1, ...draft(), ...times, ...counts, ...rest, begunBy: 's1', ...change }
}

function summary(attempt: number, status: JobStatus): AttemptSummary {
  const error = status === 'FAILED' ? { code: 'X', message: `attempt ${attempt}` } : null
  return { attempt, status, started: TIME, ended: TIME, error }
}

function ended(submitted: StoredRecord, ...statuses: JobStatus[]) {
  const history = statuses.map((status, index) => summary(index + 1, status))
  const end = endOfRound(submitted, record({ begunBy: 's9', attempt: statuses.length + 1, history }))
  return end && `${end.attempt} ${end.status}`
}

test.each<[JobStatus[], string]>([
  [['COMPLETED'], '1 COMPLETED'],
  [['FAILED'], '1 FAILED'],
  [['CANCELLED'], '1 CANCELLED'],
  [['FAILED', 'FAILED', 'COMPLETED', 'CANCELLED'], '3 COMPLETED'],
  [['IN_PROGRESS', 'COMPLETED'], '2 COMPLETED'],
  [['COMPLETED', 'FAILED'], '1 COMPLETED'],
  [['FAILED', 'CANCELLED'], '1 FAILED'],
  [['IN_PROGRESS', 'CANCELLED', 'COMPLETED'], '2 CANCELLED'],
])('a round of which %j followed ended as %s', (statuses, end) => {
  expect(ended(record({}), ...statuses)).toBe(end)
})

test('what was before is no part of it', () => {
  expect(ended(record({ attempt: 2 }), 'FAILED', 'COMPLETED')).toBe('2 COMPLETED')
  expect(ended(record({ attempt: 1, status: 'PENDING' }), 'FAILED', 'COMPLETED')).toBe('2 COMPLETED')
})

test('the message is that of the failure', () => {
  const end = endOfRound(record({ message: 'working' }), record({ begunBy: 's2', history: [summary(1, 'FAILED')] }))
  expect(end).toMatchObject({ message: 'attempt 1', error: { code: 'X' }, output: null })
})

test('one that nothing was begun of was cancelled, unless the job was forgotten meanwhile', () => {
  const submitted = record({ status: 'PENDING', attempt: 1 })
  const later = record({ begunBy: 's2', attempt: 2, history: [summary(1, 'COMPLETED')] })
  expect(endOfRound(submitted, later)).toEqual(cancelledRecord(submitted))
  expect(endOfRound(submitted, { ...later, created: '2026-02-01T00:00:00.000Z' })).toBeUndefined()
})

test('records of before rounds were kept are of one', () => {
  const { begunBy: _, ...old } = record({})
  expect(isSameRound(old, { ...old, attempt: 2 })).toBe(true)
  expect(isSameRound(old, record({}))).toBe(false)
})
