import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Lease } from '@datalab/core'
import { testRecordStore } from '@datalab/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { SqliteRecordStore } from '../src/index.js'
import { recordConnection } from './record-lab.js'
import { draft, submission } from './record-samples.js'

let folder: string
let path: string
let store: SqliteRecordStore
let count = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'records-here-'))
})

afterAll(() => rm(folder, { recursive: true }))

beforeEach(() => {
  path = join(folder, `${count++}`, 'records.sqlite')
  store = new SqliteRecordStore({ path, place: 'here' })
})

afterEach(async () => {
  vi.useRealTimers()
  await store.close()
})

testRecordStore(
  { describe, it },
  {
    name: 'SqliteRecordStore, here',
    create: () => new SqliteRecordStore({ path: join(folder, `${count++}`, 'records.sqlite'), place: 'here' }),
    hasOwnClock: true,
  },
)

const TERMS = { leaseMs: 3000, keepMs: 600_000 }

async function claim(): Promise<Lease> {
  await store.submit(draft('k'), submission('1'))
  const { lease } = await store.claim('k', 'me', TERMS)
  return lease!
}

/** Until when the lease is held, by the clock of the file; null where nobody holds it. */
function heldUntil(): number | null {
  const connection = recordConnection(path)
  try {
    return connection.get<{ until: number | null }>('SELECT until FROM records WHERE key = ?', 'k')!.until
  } finally {
    connection.close()
  }
}

async function renewed(since: number): Promise<number> {
  for (;;) {
    const until = heldUntil()
    if (until !== null && until > since) return until
    await turn()
  }
}

// No timer of this thread runs by itself, as while something blocks it.
const stopTimers = () => vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] })

it('has leases that are held for longer than a moment kept by a thread, whatever blocks this one', async () => {
  stopTimers()
  await claim()
  const claimed = heldUntil()!
  vi.advanceTimersByTime(1000)
  const handedOver = await renewed(claimed)
  expect(await renewed(handedOver)).toBeGreaterThan(handedOver)
})

it('leaves the thread alone where a lease was given up before, or its run has ended', async () => {
  stopTimers()
  const lease = await claim()
  await store.update(lease, { status: 'FAILED' })
  await store.release(lease, { delayMs: 0 })
  vi.advanceTimersByTime(1000)
  expect(vi.getTimerCount()).toBe(0)
  expect(heldUntil()).toBeNull()
})

it('says what is wrong with its file in the same words', async () => {
  const other = new SqliteRecordStore({ path: dirname(tmpdir()), place: 'here' })
  const apart = new SqliteRecordStore({ path: dirname(tmpdir()) })
  const failures = await Promise.all([other, apart].map((one) => one.get('k').catch(String)))
  expect(failures[0]).toBe(failures[1])
  await Promise.all([other.close(), apart.close()])
})
