import {
  type ClaimOptions,
  type Lease,
  MemoryRecordStore,
  type RecordChange,
  type RecordDraft,
  type ReleaseOptions,
  type StoredRecord,
  type Submission,
  type SubmitTerms,
} from '@datalab/core'
import { expect, test } from 'vitest'
import { type TestFunctions, testRecordStore } from '../src/index.js'
import { outcomeOf } from './recorded.js'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Looks whether there is one, and then writes. */
class CheckThenClaim extends MemoryRecordStore {
  #leases = new Map<string, Lease>()

  override async claim(key: string, owner: string, options: ClaimOptions) {
    if (this.#leases.has(key)) return super.claim(key, owner, options)
    await turn()
    const { lease = this.#leases.get(key), ...rest } = await super.claim(key, owner, options)
    if (lease !== undefined) this.#leases.set(key, lease)
    return lease === undefined ? rest : { lease: { ...lease, owner } }
  }
}

/** Lets whoever held a lease write. */
class Unfenced extends MemoryRecordStore {
  readonly #latest = new Map<string, Lease>()

  override async claim(key: string, owner: string, options: ClaimOptions) {
    const answer = await super.claim(key, owner, options)
    if (answer.lease !== undefined) this.#latest.set(key, answer.lease)
    return answer
  }

  override update(lease: Lease, change: RecordChange) {
    return super.update(this.#latest.get(lease.key) ?? lease, change)
  }
}

/** Begins a run for everybody. */
class Eager extends MemoryRecordStore {
  override async submit(draft: RecordDraft, submission: Submission, terms?: SubmitTerms) {
    return { ...(await super.submit(draft, submission, terms)), begun: true }
  }
}

/** Runs again what is there. */
class Forced extends MemoryRecordStore {
  override submit(draft: RecordDraft, submission: Submission) {
    return super.submit(draft, submission, { outdated: 1000 })
  }
}

/** Never lets go. */
class Everlasting extends MemoryRecordStore {
  override claim(key: string, owner: string, options: ClaimOptions) {
    return super.claim(key, owner, { ...options, leaseMs: 1e9 })
  }
}

/** Does not prolong. */
class Unrenewed extends MemoryRecordStore {
  override async renew() {
    return true
  }
}

/** Claims what it is to keep for longer. */
class Reclaiming extends MemoryRecordStore {
  override async renew(lease: Lease, leaseMs: number, keepMs?: number) {
    if (keepMs === undefined) return super.renew(lease, leaseMs)
    return (await super.claim(lease.key, lease.owner, { leaseMs, keepMs })).lease !== undefined
  }
}

/** Counts for itself. */
class Counting extends MemoryRecordStore {
  override claim(key: string, owner: string, { leaseMs }: ClaimOptions) {
    return super.claim(key, owner, { leaseMs })
  }
}

/** Tries again at once. */
class Impatient extends MemoryRecordStore {
  override release(lease: Lease, { delayMs: _, ...options }: ReleaseOptions) {
    return super.release(lease, { ...options, delayMs: 0 })
  }
}

/** Forgets why. */
class Forgetful extends MemoryRecordStore {
  override release(lease: Lease, { delayMs }: ReleaseOptions) {
    return super.release(lease, { delayMs })
  }
}

/** Changes what it gave out. */
class InPlace extends MemoryRecordStore {
  readonly #given: StoredRecord[] = []

  override async get(key: string) {
    const record = await super.get(key)
    if (record === undefined) return undefined
    this.#given.push({ ...record })
    return this.#given.at(-1)
  }

  override async update(lease: Lease, change: RecordChange) {
    for (const record of this.#given) Object.assign(record, change)
    return super.update(lease, change)
  }
}

/** Keeps what is newer. */
class Overwriting extends MemoryRecordStore {
  override async adopt(record: StoredRecord) {
    await super.adopt(record)
    return record
  }
}

/** Leaves the run to itself. */
class Abandoning extends MemoryRecordStore {
  override async withdraw(key: string) {
    return (await this.submissions(key)).length - 1
  }
}

/** Tells nobody. */
class Silent extends MemoryRecordStore {
  override subscribe() {
    return () => {}
  }
}

/** Tells for ever. */
class Chatty extends MemoryRecordStore {
  override subscribe(key: string, onChange: (record: StoredRecord) => void) {
    super.subscribe(key, onChange)
    return () => {}
  }
}

/** Stops after the first page. */
class OnePage extends MemoryRecordStore {
  override async list(options: Parameters<MemoryRecordStore['list']>[0]) {
    const { records } = await super.list(options)
    return { records }
  }
}

/** Lists all of them. */
class Unfiltered extends MemoryRecordStore {
  override list({ status: _, ...options }: Parameters<MemoryRecordStore['list']>[0] = {}) {
    return super.list(options)
  }
}

/** Begins again for whoever found the old result, though there is a newer one. */
class Hasty extends MemoryRecordStore {
  override submit(draft: RecordDraft, submission: Submission, terms: SubmitTerms = {}) {
    return super.submit(draft, submission, terms.outdated === undefined ? {} : { outdated: terms.outdated + 1 })
  }
}

/** Counts a submission as often as it is sent. */
class Doubling extends MemoryRecordStore {
  #count = 0

  override submit(draft: RecordDraft, submission: Submission, terms?: SubmitTerms) {
    return super.submit(draft, { ...submission, id: `${submission.id} ${this.#count++}` }, terms)
  }
}

/** Knows no owner by its name. */
class Anew extends MemoryRecordStore {
  #count = 0

  override claim(key: string, owner: string, options: ClaimOptions) {
    return super.claim(key, `${owner} ${this.#count++}`, options)
  }
}

/** Forgets whatever attempt it is of. */
class Ruthless extends MemoryRecordStore {
  override async forget(key: string) {
    const attempt = (await this.get(key))?.attempt ?? 0
    return super.forget(key, attempt)
  }
}

/** Forgets nothing. */
class Remembering extends MemoryRecordStore {
  override async expire() {
    return 0
  }
}

/** Counts to one. */
class Miscounting extends MemoryRecordStore {
  override async expire(before: Date) {
    return Math.min(1, await super.expire(before))
  }
}

/** Forgets one at a time. */
class Sparing extends MemoryRecordStore {
  override async expire(before: Date) {
    const { records } = await this.list({ status: 'COMPLETED' })
    const old = records.find(({ updated }) => Date.parse(updated) < before.getTime())
    return old !== undefined && (await this.forget(old.key, old.attempt)) ? 3 : 0
  }
}

/** Waits for the time of what is only to be ended. */
class Patient extends MemoryRecordStore {
  override claim(key: string, owner: string, { isEnding: _, ...options }: ClaimOptions) {
    return super.claim(key, owner, options)
  }
}

/** Takes what is to be ended from whoever has it. */
class Robbing extends MemoryRecordStore {
  readonly #leases = new Map<string, Lease>()

  override async claim(key: string, owner: string, options: ClaimOptions) {
    const held = this.#leases.get(key)
    if (options.isEnding && held !== undefined) await super.release(held, { delayMs: 0 })
    const answer = await super.claim(key, owner, options)
    if (answer.lease !== undefined) this.#leases.set(key, answer.lease)
    return answer
  }
}

/** Has claimants ask again at once. */
class Pestered extends MemoryRecordStore {
  override async claim(key: string, owner: string, options: ClaimOptions) {
    const answer = await super.claim(key, owner, options)
    return answer.waitMs === undefined ? answer : { waitMs: 1 }
  }
}

/** Has claimants wait for a whole lease, however little of it is left. */
class Dawdling extends MemoryRecordStore {
  override async claim(key: string, owner: string, options: ClaimOptions) {
    const answer = await super.claim(key, owner, options)
    return answer.waitMs === undefined ? answer : { waitMs: options.leaseMs }
  }
}

/** Knows who asks by name only, once it gives the lease. */
class Shortening extends MemoryRecordStore {
  override async claim(key: string, owner: string, options: ClaimOptions) {
    const { lease, ...rest } = await super.claim(key, owner, options)
    return lease === undefined ? rest : { lease: { ...lease, principal: { id: lease.principal.id } } }
  }
}

/** Knows who asks by name only. */
class Nameable extends MemoryRecordStore {
  override submit(draft: RecordDraft, submission: Submission, terms?: SubmitTerms) {
    return super.submit(draft, { ...submission, principal: { id: submission.principal.id } }, terms)
  }
}

const declare = (Store: typeof MemoryRecordStore) => (runner: TestFunctions) =>
  testRecordStore(runner, { name: 'mutant', create: (now) => new Store({ now }) })

test.each<[typeof MemoryRecordStore, string]>([
  [CheckThenClaim, 'of 20 claims at once one gets the lease, and the others how long to wait'],
  [Unfenced, 'a lease that ran out can be claimed, and its old owner changes nothing any more'],
  [Unfenced, 'a lease is its owner and its attempt'],
  [Eager, 'of 50 submissions at once one begins the attempt'],
  [Eager, 'a submission joins an attempt that waits or goes on, whichever results count'],
  [Forced, 'a submission of a COMPLETED job begins nothing, unless its result does not count'],
  [Hasty, 'a submission of a COMPLETED job begins nothing, unless its result does not count'],
  [Doubling, 'a submission that is sent again is the same submission'],
  [Anew, 'a claim that is made again by its owner is the same claim'],
  [Ruthless, 'forgets a record whose last attempt has ended, if it is still the one that was meant'],
  [Everlasting, 'a lease that ran out can be claimed, and its old owner changes nothing any more'],
  [Unrenewed, 'a renewed lease lasts from then on'],
  [Reclaiming, 'a lease that is lost is not kept for longer, and to renew it begins no attempt'],
  [Counting, 'a claim takes the number that it is given where that is higher, and never a lower one'],
  [Counting, 'after so many deaths the job is FAILED, as DATALAB_WORKER_STOPPED'],
  [Impatient, 'a run that is given back waits for its time, and remembers why it failed'],
  [Forgetful, 'a run that is given back waits for its time, and remembers why it failed'],
  [InPlace, 'what a caller was given stays as it was'],
  [Overwriting, 'adopts a record that was found elsewhere, unless there is one'],
  [Abandoning, 'withdraw counts who is left, and cancels with the last'],
  [Silent, 'tells of every change of a record, until it is told not to'],
  [Chatty, 'tells of every change of a record, until it is told not to'],
  [OnePage, 'lists by key, a page at a time, each record once'],
  [Unfiltered, 'lists the records of one status'],
  [Miscounting, 'forgets ended records that were last changed before a time, live ones never, and tells how many'],
  [Sparing, 'forgets ended records that were last changed before a time, live ones never, and tells how many'],
  [Patient, 'a run that is only to be ended is claimed before its time, and from nobody who has it'],
  [Robbing, 'a run that is only to be ended is claimed before its time, and from nobody who has it'],
  [Pestered, 'whoever has to wait is told for how long: not longer than it is, and not again and again'],
  [Dawdling, 'whoever has to wait is told for how long: not longer than it is, and not again and again'],
  [Shortening, 'a principal keeps all members, with the submission and with the lease'],
  [Nameable, 'a principal keeps all members, with the submission and with the lease'],
  [Remembering, 'forgets ended records that were last changed before a time, live ones never, and tells how many'],
])('%o fails the test: %s', async (Mutant, name) => {
  expect(await outcomeOf(declare(MemoryRecordStore), name)).toBe('passed')
  expect(await outcomeOf(declare(Mutant), name)).toMatch(/^failed/)
})
