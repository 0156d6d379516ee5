import type { ClaimOptions, Lease, ReleaseOptions } from '@datalab/core'
import { RecordLeaseKeeper } from './record-lease-keeper.js'
import { RECORD_MIGRATIONS } from './record-schema.js'
import { type ListRequest, type RecordClock, RecordTable } from './record-table.js'
import { type RecordEvent, RecordWatch } from './record-watch.js'
import type { SqliteProgram } from './sqlite-protocol.js'

/** Those of all stores of this process: what one changes, the others of its file see at once. */
const watches = new Set<RecordWatch>()

const CLOCK: RecordClock = {
  now: Date.now,
  steady: () => Number(process.hrtime.bigint() / 1_000_000n),
}

function callsOf(table: RecordTable, watch: RecordWatch, keeper: RecordLeaseKeeper) {
  return {
    get: (key: string) => table.get(key),
    list: (request: ListRequest) => table.list(request),
    submissions: (key: string) => table.submissions(key),
    submit: telling((draft: string, submission: string, outdated: number) => table.submit(draft, submission, outdated)),
    adopt: telling((record: string) => table.adopt(record)),
    withdraw: telling((key: string, submissionId: string) => table.withdraw(key, submissionId)),
    claim: telling((key: string, owner: string, options: ClaimOptions) => {
      const answer = table.claim(key, owner, options)
      const { leaseMs, keepMs = 0 } = options
      if (answer.lease !== undefined && keepMs > 0) keeper.keep(answer.lease, { leaseMs, keepMs })
      return answer
    }),
    release: telling((lease: Lease, options: ReleaseOptions) => {
      keeper.drop(lease)
      return table.release(lease, options)
    }),
    renew: (lease: Lease, leaseMs: number, keepMs?: number) => {
      const isHeld = table.renew(lease, leaseMs)
      if (!isHeld) keeper.drop(lease)
      else if (keepMs !== undefined) keeper.keep(lease, { leaseMs, keepMs })
      return isHeld
    },
    update: telling((lease: Lease, change: string, isEnd: boolean) => {
      const isHeld = table.update(lease, change)
      if (!isHeld || isEnd) keeper.drop(lease)
      return isHeld
    }),
    forget: (key: string, attempt: number) => table.forget(key, attempt),
    expire: (before: number, limit: number) => table.expire(before, limit),
    watch: (keys: readonly string[], isLate: boolean) => watch.add(keys, isLate),
    unwatch: (key: string) => watch.remove(key),
    heard: () => watch.heard(),
  }
}

export type RecordCalls = ReturnType<typeof callsOf>

/** The records of one file; for as long as it is open, it tells of changes, and keeps leases. */
export const recordProgram: SqliteProgram<undefined, RecordCalls> = {
  migrations: RECORD_MIGRATIONS,
  create(connection, _settings, { guarded, tell }) {
    const table = new RecordTable(connection, CLOCK)
    const watch = new RecordWatch(connection, (event: RecordEvent) => tell(event), guarded)
    const keeper = new RecordLeaseKeeper((lease, leaseMs) => table.renew(lease, leaseMs), CLOCK.steady, guarded)
    watches.add(watch)
    const close = () => {
      watches.delete(watch)
      watch.close()
      keeper.close()
    }
    return { ...callsOf(table, watch, keeper), close }
  },
}

/** A call after which everybody in this process hears at once of what it changed. */
function telling<Values extends unknown[], Answer>(call: (...values: Values) => Answer) {
  return (...values: Values): Answer => {
    const answer = call(...values)
    for (const watch of watches) tellOf(watch)
    return answer
  }
}

function tellOf(watch: RecordWatch): void {
  try {
    watch.look()
  } catch {
    // The change stands, and is seen soon.
  }
}
