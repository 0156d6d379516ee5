import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deepFreeze } from '../src/json.js'
import { isEnded, type JobStatus } from '../src/record.js'
import { claimed, type RecordEntry, released, renewed, submitted, updated, withdrawn } from '../src/record-entry.js'
import type { Lease, RecordChange, Submission } from '../src/record-store.js'
import { draft } from './records.js'

const MAX_DEATHS = 3

const owner = fc.constantFrom('one', 'two')
const milliseconds = fc.integer({ min: 1, max: 100 })
/** Which of the leases that were ever given, from the latest. */
const which = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(4) })
const error = fc.option(fc.constant({ code: 'X', message: 'x' }), { nil: undefined })

const step = fc.oneof(
  fc.record({
    kind: fc.constant('submit' as const),
    outdated: fc.oneof(fc.constant(0), fc.nat(8)),
    /** Which of those who submitted does so again, in the place of somebody new. */
    again: fc.option(fc.nat(3), { nil: undefined, freq: 4 }),
  }),
  fc.record({ kind: fc.constant('withdraw' as const), index: fc.nat(3) }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      owner,
      leaseMs: milliseconds,
      least: fc.option(fc.nat(20), { nil: undefined }),
    }),
  },
  fc.record({ kind: fc.constant('renew' as const), which, leaseMs: milliseconds }),
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('progress' as const), which, progress: fc.integer({ min: 1, max: 99 }) }),
  },
  fc.record({
    kind: fc.constant('end' as const),
    which,
    status: fc.constantFrom<JobStatus>('COMPLETED', 'FAILED'),
  }),
  fc.record({ kind: fc.constant('release' as const), which, delayMs: fc.nat(100), error }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), milliseconds }) },
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never
type Of<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>
type OwnersStep = Of<'renew' | 'progress' | 'end' | 'release'>

/** What a record store must do, said once more, and the entry that is held against it. */
class Model {
  entry: RecordEntry | undefined
  readonly #leases: Lease[] = []
  #now = 1_000_000
  #submissions: string[] = []
  #status: JobStatus = 'PENDING'
  #holder: Lease | undefined
  /** Nobody may claim before. */
  #free = 0
  #attempt = 0
  #outdated = 0
  #deaths = 0
  #progress = 0
  #count = 0

  take(step: Step): void {
    if (step.kind === 'wait') this.#now += step.milliseconds
    else if (step.kind === 'submit') this.#submit(step)
    else if (this.entry !== undefined) this.#change(step, this.entry)
    this.#check()
  }

  #change(step: Exclude<Step, Of<'submit' | 'wait'>>, entry: RecordEntry): void {
    if (step.kind === 'withdraw') this.#withdraw(step, entry)
    else if (step.kind === 'claim') this.#claim(step, entry)
    else this.#write(step, entry)
  }

  #write(step: OwnersStep, entry: RecordEntry): void {
    const lease = this.#leases.at(-1 - step.which)
    if (lease === undefined) return
    const next = this.#byOwner(step, entry, lease)
    // Who lost the lease changes nothing, and is told so.
    expect(next !== undefined).toBe(lease === this.#holder)
    if (next === undefined) return
    this.entry = deepFreeze(next) as RecordEntry
    this.#written(step)
  }

  #byOwner(step: OwnersStep, entry: RecordEntry, lease: Lease) {
    switch (step.kind) {
      case 'renew':
        return renewed(entry, lease, step.leaseMs, this.#now)
      case 'release': {
        const { delayMs, error } = step
        return released(entry, lease, { delayMs, ...(error === undefined ? {} : { error }) }, this.#now)
      }
      default: {
        const change: RecordChange = step.kind === 'end' ? { status: step.status } : { progress: step.progress / 100 }
        return updated(entry, lease, change, this.#now)
      }
    }
  }

  #written(step: OwnersStep): void {
    if (step.kind === 'renew') this.#free = this.#now + step.leaseMs
    if (step.kind === 'progress') this.#progress = step.progress / 100
    if (step.kind === 'end') this.#over(step.status)
    if (step.kind === 'release') {
      this.#over('PENDING')
      this.#progress = 0
      this.#free = this.#now + step.delayMs
    }
  }

  #over(status: JobStatus): void {
    this.#status = status
    this.#holder = undefined
    this.#free = 0
  }

  #submit({ outdated, again }: Of<'submit'>): void {
    const known = again === undefined ? undefined : this.#submissions[again]
    if (known === undefined) this.#submitNew(outdated)
    else this.#submitAgain(known, outdated)
  }

  #submitNew(outdated: number): void {
    const submission = this.#submission()
    const before = this.entry?.record
    const counts = this.#status === 'COMPLETED' && this.#attempt > outdated
    const begins = before === undefined || (isEnded(this.#status) && !counts)
    const { entry, begun } = submitted(this.entry, draft(), submission, outdated, this.#now)
    expect(begun).toBe(begins)
    if (!begins) expect({ ...entry.record, outdated: 0 }).toEqual({ ...before, outdated: 0 })
    this.#outdated = begins ? outdated : Math.max(this.#outdated, this.#status === 'PENDING' ? outdated : 0)
    this.entry = deepFreeze(entry) as RecordEntry
    this.#submissions = begins ? [submission.id] : [...this.#submissions, submission.id]
    if (!begins) return
    this.#over('PENDING')
    this.#deaths = 0
    this.#progress = 0
  }

  #submitAgain(id: string, outdated: number): void {
    const { entry, begun } = submitted(this.entry, draft(), this.#submission(id), outdated, this.#now)
    expect([entry, begun]).toEqual([this.entry, false])
  }

  #submission(id = `s${this.#count++}`): Submission {
    return { id, principal: { id: `who sent ${id}` }, created: '', inputs: {} }
  }

  #withdraw({ index }: Of<'withdraw'>, before: RecordEntry): void {
    const id = this.#submissions[index] ?? 'nobody'
    this.#submissions = this.#submissions.filter((one) => one !== id)
    this.entry = deepFreeze(withdrawn(before, id, this.#now)) as RecordEntry
    if (this.#submissions.length === 0 && !isEnded(this.#status)) this.#over('CANCELLED')
    else expect(this.entry.record).toBe(before.record)
  }

  #claim({ owner, leaseMs, least }: Of<'claim'>, before: RecordEntry): void {
    const options = { leaseMs, ...(least === undefined ? {} : { attempt: least }) }
    const { entry, answer } = claimed(before, owner, options, this.#now)
    this.entry = deepFreeze(entry) as RecordEntry
    if (owner === this.#holder?.owner && this.#now < this.#free) {
      expect(entry).toEqual(before)
      const principal = { id: `who sent ${this.#submissions[0]}` }
      expect(answer).toEqual({ lease: { ...this.#holder, principal } })
    } else if (isEnded(this.#status) || this.#now < this.#free) {
      expect(entry).toEqual(before)
      expect(answer).toEqual(isEnded(this.#status) ? {} : { waitMs: this.#free - this.#now })
      this.#checkWait(answer.waitMs, owner, before)
    } else if (this.#holder !== undefined && ++this.#deaths === MAX_DEATHS) {
      expect(answer).toEqual({})
      expect(entry.record.error?.code).toBe('DATALAB_WORKER_STOPPED')
      this.#over('FAILED')
    } else {
      const attempt = Math.max(this.#attempt + 1, least ?? 0)
      const principal = { id: `who sent ${this.#submissions[0]}` }
      expect(answer).toEqual({ lease: { key: 'k', owner, attempt, principal } })
      this.#begin(answer.lease as Lease, leaseMs)
    }
  }

  #begin(lease: Lease, leaseMs: number): void {
    this.#leases.push(lease)
    this.#holder = lease
    this.#attempt = lease.attempt
    this.#free = this.#now + leaseMs
    this.#status = 'IN_PROGRESS'
    this.#progress = 0
  }

  /** Who was told to wait gets the lease after that time, or the job is over; and not before. */
  #checkWait(waitMs: number | undefined, owner: string, entry: RecordEntry): void {
    if (waitMs === undefined) return
    const at = (now: number) => claimed(entry, `not ${owner}`, { leaseMs: 1 }, now)
    expect(at(this.#now + waitMs - 1).answer).toEqual({ waitMs: 1 })
    const then = at(this.#now + waitMs)
    expect(then.answer.lease !== undefined).toBe(!isEnded(then.entry.record.status))
  }

  #check(): void {
    if (this.entry === undefined) return
    const { record, submissions } = this.entry
    const { status, attempt, deaths, progress } = record
    expect([status, attempt, deaths, progress]).toEqual([this.#status, this.#attempt, this.#deaths, this.#progress])
    expect(record.outdated).toBe(this.#outdated)
    expect(deaths).toBeLessThanOrEqual(MAX_DEATHS)
    expect(record.ended !== null).toBe(isEnded(status))
    expect(submissions.map(({ id }) => id)).toEqual(this.#submissions)
    const numbers = [...record.history.map((earlier) => earlier.attempt), attempt]
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
    expect(this.#good(this.entry)).toEqual(this.#holder === undefined ? [] : [this.#holder])
  }

  /** Of all the leases that were ever given, those that are good for anything. */
  #good(entry: RecordEntry): Lease[] {
    return this.#leases.filter(
      (lease) =>
        renewed(entry, lease, 1, this.#now) !== undefined ||
        updated(entry, lease, { progress: 0.5 }, this.#now) !== undefined ||
        released(entry, lease, { delayMs: 0 }, this.#now) !== undefined,
    )
  }
}

test('whatever two owners, their clocks and their users do, in whatever order, a record is as it must be', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), (steps) => {
      const model = new Model()
      for (const one of steps) {
        model.take(one)
        const { record } = model.entry ?? {}
        if (record !== undefined) seen.add(`${record.status} after ${record.deaths} deaths`)
      }
    }),
    { seed: 31, numRuns: 2000 },
  )
  // The runs have been everywhere.
  for (const status of ['PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED'])
    for (const deaths of [0, 1]) expect(seen).toContain(`${status} after ${deaths} deaths`)
  expect(seen).toContain('FAILED after 3 deaths')
})
