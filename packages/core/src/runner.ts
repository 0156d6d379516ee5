import { randomUUID } from 'node:crypto'
import { Attempt } from './attempt.js'
import { claimInTime } from './claim-in-time.js'
import { isDataLabError } from './errors.js'
import type { RunAnswer, Runner, RunTicket } from './executor.js'
import { withinGrace, withinTime } from './grace.js'
import { createPerform } from './operation-run.js'
import type { Perform } from './perform.js'
import { highestAttempt } from './publication.js'
import { isEnded } from './record.js'
import { LONGEST_MS, type RunnerParts, timeLimitOf } from './runner-parts.js'
import { traced, tracedSince } from './tracing.js'

/** What lies in the storage is looked at for so long before a run is claimed. */
const LOOK_MS = 30_000

/** The runner of a host: claims a job, has its operation called, commits the result, and writes how it ended. */
export function createRunner(parts: RunnerParts): Runner {
  return async (ticket, signal, perform = createPerform(parts)) => {
    try {
      return await runTicket(parts, ticket, signal, perform)
    } catch (err) {
      parts.log.error({ key: ticket.key, operation: ticket.operationId, err }, 'a run could not be recorded')
      // Whoever waits must not wait for ever: when the store answers again, the lease has run out, and the run is claimed anew.
      return signal.aborted ? {} : { againInMs: parts.leaseMs }
    }
  }
}

async function runTicket(
  parts: RunnerParts,
  ticket: RunTicket,
  signal: AbortSignal,
  perform: Perform,
): Promise<RunAnswer> {
  const { records, storage, owner, leaseMs } = parts
  const { key } = ticket
  const record = await records.get(key)
  if (record === undefined || isEnded(record.status)) return {}
  // Where the storage does not answer, the attempt will say so.
  const late = () => new Error(`no answer within ${LOOK_MS} milliseconds`)
  const look = withinTime(highestAttempt(storage, key), LOOK_MS, late)
  const attempt = await withinGrace(look, signal).catch(() => 0)
  // Who cancels has ended the record before. What is there now is of somebody who has asked since, and has a turn of their own.
  if (signal.aborted && !isDataLabError(signal.reason, 'DATALAB_CLOSED')) return {}
  // A claim of its own, which can be made again when its answer was lost.
  const claiming = records.claim(key, `${owner}.${randomUUID()}`, {
    leaseMs,
    // Of a result that was taken back into use, later attempts are in the history alone.
    attempt: 1 + Math.max(attempt, ...record.history.map((other) => other.attempt)),
    isEnding: signal.aborted,
    keepMs: timeLimitOf(parts, ticket.operationId),
  })
  const { lease, waitMs } = await claimInTime(records, claiming, signal)
  if (lease !== undefined) {
    const facts = { 'datalab.key': key, 'datalab.operation': ticket.operationId, 'datalab.attempt': lease.attempt }
    await tracedSince('datalab.queue', new Date(record.updated), facts)
    return traced('datalab.run', facts, () => new Attempt(parts, ticket, lease, signal, perform).run())
  }
  return waitMs === undefined || signal.aborted ? {} : { againInMs: Math.min(waitMs, LONGEST_MS) }
}
