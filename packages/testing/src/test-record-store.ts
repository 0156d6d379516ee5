import type { RecordStore } from '@datalab/core'
import { declareTests, type TestFunctions } from './conformance.js'
import { pause } from './expectations.js'
import { manualClock } from './manual-clock.js'
import { keepingTests } from './record-keeping-tests.js'
import { leaseTests } from './record-lease-tests.js'
import { submissionTests } from './record-submission-tests.js'

/** How the suite gets a record store, and how time passes in it. */
export interface RecordStoreSubject<Store extends RecordStore> {
  readonly name: string
  /** A store of its own for each test, with nothing in it, that tells the time by `now` if it can. */
  create(now: () => number): Store | Promise<Store>
  destroy?(store: Store): void | Promise<void>
  /** True where the store has a clock of its own: the suite then waits for leases to run out, which are short. */
  readonly hasOwnClock?: boolean
}

/** A record store in a test. */
export interface StoreUnderTest {
  readonly store: RecordStore
  /** A lease of this many milliseconds has not run out as long as the test does not let it. */
  readonly leaseMs: number
  /** Lets time pass. */
  pass(ms: number): Promise<void>
}

/**
 * Tests a record store against the contract of `RecordStore`, sentence by sentence.
 *
 * @example testRecordStore({ describe, it }, { name: 'MemoryRecordStore', create: (now) => new MemoryRecordStore({ now }) })
 */
export function testRecordStore<Store extends RecordStore>(
  runner: TestFunctions,
  subject: RecordStoreSubject<Store>,
): void {
  const groups = { submissions: submissionTests, leases: leaseTests, keeping: keepingTests }
  runner.describe(`${subject.name} as a record store`, () => {
    for (const [group, tests] of Object.entries(groups))
      runner.describe(group, () => declareTests(runner, tests, (test) => use(subject, test)))
  })
}

async function use<Store extends RecordStore>(
  subject: RecordStoreSubject<Store>,
  test: (subject: StoreUnderTest) => Promise<void>,
): Promise<void> {
  const clock = manualClock()
  const store = await subject.create(clock.now)
  const pass = async (ms: number) => (subject.hasOwnClock ? pause(ms) : clock.advance(ms))
  try {
    await test({ store, leaseMs: subject.hasOwnClock ? 300 : 5000, pass })
  } finally {
    await store.close?.()
    await subject.destroy?.(store)
  }
}
