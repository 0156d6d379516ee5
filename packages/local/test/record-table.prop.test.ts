import { type ClaimAnswer, type Lease, MemoryRecordStore, type RecordChange } from '@datalab/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { recordFrom } from '../src/record-texts.js'
import { TableLab } from './record-lab.js'
import { draft, submission } from './record-samples.js'

const key = fc.constantFrom('a', 'b', 'c')
const id = fc.constantFrom('1', '2', '3', '4')
const ms = fc.integer({ min: 1, max: 100 })
/** Which of the leases that were ever given, from the latest. */
const which = fc.nat(3)
const change = fc.oneof(
  fc.record<RecordChange>({ progress: fc.integer({ min: 1, max: 99 }), message: fc.string({ unit: 'grapheme' }) }),
  fc.record<RecordChange>({ status: fc.constantFrom('COMPLETED', 'FAILED'), warnings: fc.array(fc.string()) }),
  fc.record<RecordChange>({ output: fc.option(fc.record({ output_data: fc.array(fc.constant({ text: 'x' })) })) }),
)
const error = fc.option(fc.constant({ code: 'X', message: 'x' }), { nil: undefined })

const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('submit' as const), key, id, outdated: fc.nat(3) }) },
  fc.record({ do: fc.constant('withdraw' as const), key, id }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('claim' as const), key, owner: id, leaseMs: ms }) },
  fc.record({ do: fc.constant('renew' as const), which, leaseMs: ms }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('update' as const), which, change }) },
  fc.record({ do: fc.constant('release' as const), which, delayMs: fc.nat(100), error }),
  fc.record({ do: fc.constant('adopt' as const), key, from: key }),
  fc.record({ do: fc.constant('forget' as const), key, attempt: fc.nat(3) }),
  fc.record({ do: fc.constant('expire' as const), age: ms }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms }) },
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** A table of records, and the store in memory that it is held against. */
class Pair {
  readonly lab = new TableLab()
  readonly memory = new MemoryRecordStore({ now: () => this.lab.now })
  readonly #leases: Lease[] = []

  /** What both answer. */
  async take(step: Step): Promise<[unknown, unknown]> {
    const { lab, memory } = this
    const { table } = lab
    switch (step.do) {
      case 'wait':
        return [lab.pass(step.ms), undefined]
      case 'submit': {
        const { record, begun } = lab.submit(step.key, step.id, step.outdated)
        const { outdated } = step
        const answer = await memory.submit(draft(step.key), submission(step.id), { outdated })
        return [{ record: recordFrom(record), begun }, answer]
      }
      case 'withdraw':
        return [table.withdraw(step.key, step.id), await memory.withdraw(step.key, step.id)]
      case 'claim': {
        const answer = table.claim(step.key, step.owner, step)
        this.#remember(answer)
        return [answer, await memory.claim(step.key, step.owner, step)]
      }
      case 'renew':
      case 'update':
      case 'release':
        return this.#own(step)
      default:
        return this.#keep(step)
    }
  }

  async #keep(step: Extract<Step, { do: 'adopt' | 'forget' | 'expire' }>): Promise<[unknown, unknown]> {
    const { lab, memory } = this
    const { table } = lab
    switch (step.do) {
      case 'adopt': {
        const found = await memory.get(step.from)
        if (found?.status !== 'COMPLETED') return [undefined, undefined]
        const record = { ...found, key: step.key }
        return [recordFrom(table.adopt(JSON.stringify(record))), await memory.adopt(record)]
      }
      case 'forget':
        return [table.forget(step.key, step.attempt), await memory.forget(step.key, step.attempt)]
      case 'expire':
        return [table.expire(lab.now - step.age, 100), await memory.expire(new Date(lab.now - step.age))]
    }
  }

  async #own(step: Extract<Step, { do: 'renew' | 'update' | 'release' }>): Promise<[unknown, unknown]> {
    const { memory } = this
    const { table } = this.lab
    const lease = this.#leases.at(-1 - step.which)
    if (lease === undefined) return [undefined, undefined]
    if (step.do === 'renew') return [table.renew(lease, step.leaseMs), await memory.renew(lease, step.leaseMs)]
    if (step.do === 'update')
      return [table.update(lease, JSON.stringify(step.change)), await memory.update(lease, step.change)]
    const options = { delayMs: step.delayMs, ...(step.error && { error: step.error }) }
    return [table.release(lease, options), await memory.release(lease, options)]
  }

  #remember({ lease }: ClaimAnswer): void {
    if (lease !== undefined) this.#leases.push(lease)
  }

  /** What both keep. */
  async state(): Promise<[unknown, unknown]> {
    const { table } = this.lab
    const records = table.list({ after: '', limit: 100 }).map(recordFrom)
    const submissions = ['a', 'b', 'c'].map((key) => table.submissions(key).map((text) => JSON.parse(text)))
    const { memory } = this
    return [
      { records, submissions },
      {
        records: (await memory.list()).records,
        submissions: await Promise.all(['a', 'b', 'c'].map((key) => memory.submissions(key))),
      },
    ]
  }
}

test('the table does what the store in memory does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const pair = new Pair()
      for (const one of steps) {
        const [answer, expected] = await pair.take(one)
        expect(answer).toEqual(expected)
        const [state, expectedState] = await pair.state()
        expect(state).toEqual(expectedState)
      }
      pair.lab.connection.close()
    }),
    { numRuns: 200 },
  )
})
