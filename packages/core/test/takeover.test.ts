import { describe, expect, test } from 'vitest'
import type { Executor, Runner, RunTicket } from '../src/executor.js'
import { MemoryRecordStore, MemoryStorage } from '../src/index.js'
import { deferred, endless, held, keysOf, lab, operation, rejection, textOf, writesText, writeText } from './lab.js'

/** An executor of a host that dies before it runs anything. */
class DeadExecutor implements Executor {
  readonly supports = { isolation: false, preemption: false }
  readonly tickets: RunTicket[] = []
  start(): void {}
  async submit(ticket: RunTicket): Promise<void> {
    this.tickets.push(ticket)
  }
  async abort(): Promise<void> {}
  async drain(): Promise<void> {}
  async close(): Promise<void> {}
}

/** An executor that brings its tickets when the test says so. */
class HandExecutor extends DeadExecutor {
  #runner: Runner | undefined
  override start(runner?: Runner): void {
    this.#runner = runner
  }
  /** Brings the latest ticket, as an executor does. */
  bring(signal = new AbortController().signal) {
    return (this.#runner as Runner)(this.tickets.at(-1) as RunTicket, signal)
  }
}

describe('hosts that share a record store', () => {
  test('a job whose host never ran it is taken up by the next that is asked', async () => {
    const [records, storage] = [new MemoryRecordStore(), new MemoryStorage()]
    const Op = operation(writesText)
    const dead = new DeadExecutor()
    const first = await lab({ operations: [Op], records, storage, executor: dead }).submit(Op, { text: 'x' })
    expect(dead.tickets).toEqual([{ key: first.key, operationId: '@test/op', priority: 0 }])
    expect((await first.record()).status).toBe('PENDING')
    const second = await lab({ operations: [Op], records, storage }).submit(Op, { text: 'x' })
    expect((await second.result()).output_files).toHaveLength(1)
    expect(await first.result()).toEqual(await second.result())
    expect(await second.record()).toMatchObject({ attempt: 1, history: [] })
  })

  test('jobs that hosts left behind are resumed, those of operations that are not here left to others', async () => {
    let time = Date.now()
    const records = new MemoryRecordStore({ now: () => time })
    const storage = new MemoryStorage()
    const Op = operation(writesText)
    const Other = operation(writesText, { id: '@test/other', name: 'Other' })
    const dead = lab({ operations: [Op, Other], records, storage, executor: new DeadExecutor() })
    const waiting = await dead.submit(Op, { text: 'waiting' })
    const going = await dead.submit(Op, { text: 'going' })
    const foreign = await dead.submit(Other, {})
    await records.claim(going.key, 'a host that died', { leaseMs: 5000 })
    time += 5000
    const host = lab({ operations: [Op], records, storage })
    expect(await host.resume()).toBe(2)
    for (const job of [waiting, going]) expect((await job.result()).output_files).toHaveLength(1)
    expect((await foreign.record()).status).toBe('PENDING')
    expect(await host.resume()).toBe(0)
  })

  test('what was asked for with force is run again by whoever takes it over', async () => {
    const [records, storage] = [new MemoryRecordStore(), new MemoryStorage()]
    const Op = operation(writesText)
    await (await lab({ operations: [Op], records, storage }).submit(Op, {})).result()
    const dead = lab({ operations: [Op], records, storage, executor: new DeadExecutor() })
    const forced = await dead.submit(Op, {}, { force: true })
    await lab({ operations: [Op], records, storage }).resume()
    await forced.result()
    expect(await forced.record()).toMatchObject({ attempt: 2 })
  })

  test('a job that goes on elsewhere is waited for, and run once', async () => {
    const [records, storage] = [new MemoryRecordStore(), new MemoryStorage()]
    const { op, begun, release, runs } = held()
    const first = await lab({ operations: [op], records, storage }).submit(op, {})
    await begun
    const executor = new HandExecutor()
    const second = await lab({ operations: [op], records, storage, executor }).submit(op, {})
    const { againInMs } = await executor.bring()
    expect(againInMs).toBeGreaterThan(0)
    expect(againInMs).toBeLessThanOrEqual(5000)
    release()
    expect(await second.result()).toEqual(await first.result())
    expect(await executor.bring()).toEqual({})
    expect(runs()).toBe(1)
  })

  test('a job whose lease ran out is taken over, and its old owner changes nothing', async () => {
    let time = Date.now()
    const records = new MemoryRecordStore({ now: () => time })
    const storage = new MemoryStorage()
    const begun = deferred()
    const gate = deferred()
    const Slow = operation(async (run) => {
      await writeText(run, 'slow')
      begun.resolve()
      await gate.promise
      return writeText(run, 'slow too', 1)
    })
    const first = await lab({ operations: [Slow], records, storage }).submit(Slow, {})
    await begun.promise
    time += 5000
    const Quick = operation((run) => writeText(run, 'quick'))
    const second = await lab({ operations: [Quick], records, storage }).submit(Quick, {})
    const output = await second.result()
    gate.resolve()
    expect(await second.record()).toMatchObject({
      attempt: 2,
      history: [{ attempt: 1, status: 'IN_PROGRESS', ended: null }],
    })
    expect(await first.result()).toEqual(output)
    await expect
      .poll(() => keysOf(storage), { interval: 1 })
      .toEqual([`${first.key}/2/${first.key}.txt`, `${first.key}/record.json`])
    expect(await textOf(storage, `${first.key}/2/${first.key}.txt`)).toBe('quick')
    expect((await records.get(first.key))?.deaths).toBe(1)
  })

  test('a job that was taken over is not forgotten by the host that lost it', async () => {
    let time = Date.now()
    const records = new MemoryRecordStore({ now: () => time })
    const { op, begun, release } = held()
    const executor = new HandExecutor()
    const job = await lab({ operations: [op], records, executor }).submit(op, {})
    const running = executor.bring()
    await begun
    time += 5000
    await records.claim(job.key, 'a host that dies next', { leaseMs: 5000 })
    release()
    let answer = await running
    for (let turn = 0; turn < 5 && answer.againInMs !== undefined; turn++) {
      time += answer.againInMs
      answer = await executor.bring()
    }
    expect(await records.get(job.key)).toMatchObject({ status: 'COMPLETED', attempt: 3 })
  })

  test('a job whose workers keep dying ends', async () => {
    let time = Date.now()
    const records = new MemoryRecordStore({ now: () => time })
    const Op = operation(writesText)
    const executor = new HandExecutor()
    const job = await lab({ operations: [Op], records, executor }).submit(Op, {})
    for (let death = 0; death < 3; death++) {
      await records.claim(job.key, `worker ${death}`, { leaseMs: 5000 })
      time += 5000
    }
    expect(await executor.bring()).toEqual({})
    expect(await rejection(job.result())).toMatchObject({ code: 'DATALAB_WORKER_STOPPED' })
  })

  test('a host that is closed gives its runs back to a store that outlives it', async () => {
    const records = Object.defineProperty(new MemoryRecordStore(), 'reach', { value: 'machine' })
    const storage = new MemoryStorage()
    const { op, begun } = endless()
    const closing = lab({ operations: [op], records, storage })
    const first = await closing.submit(op, {})
    await begun
    await closing.close()
    expect(await records.get(first.key)).toMatchObject({
      status: 'PENDING',
      attempt: 1,
      retries: 0,
      deaths: 0,
      message: null,
      history: [],
    })
    expect(await keysOf(storage)).toEqual([])
    const Op = operation(writesText)
    const second = await lab({ operations: [Op], records, storage }).submit(Op, {})
    await second.result()
    expect((await second.record()).attempt).toBe(2)
  })
})

test('what is known of a job stays known when its result is found that a host committed before it died', async () => {
  let time = Date.now()
  const records = new MemoryRecordStore({ now: () => time })
  const update = records.update.bind(records)
  let isDying = true
  records.update = async (lease, change) => !(isDying && change.status === 'COMPLETED') && update(lease, change)
  const storage = new MemoryStorage()
  const Op = operation(writesText)
  const executor = new HandExecutor()
  const job = await lab({ operations: [Op], records, storage, executor }).submit(Op, {})
  await executor.bring()
  expect(await keysOf(storage)).toContain(`${job.key}/record.json`)
  isDying = false
  time += 5000
  await executor.bring()
  expect(await job.record()).toMatchObject({
    status: 'COMPLETED',
    attempt: 2,
    history: [{ attempt: 1, status: 'IN_PROGRESS', ended: null }],
  })
})

test('a job can be taken up by its key, watched and cancelled, in another host too', async () => {
  const [records, storage] = [new MemoryRecordStore(), new MemoryStorage()]
  const { op, begun } = endless()
  const [ann, ben] = [{ principal: { id: 'ann' } }, { principal: { id: 'ben' } }]
  const host = lab({ operations: [op], records, storage })
  const first = await host.submit(op, {}, ann)
  const second = await host.submit(op, {}, ben)
  await begun
  const other = lab({ operations: [op], records, storage })
  expect(await other.job('f'.repeat(64))).toBeUndefined()
  const stranger = await other.job(first.key, { principal: { id: 'eve' } })
  expect(stranger?.submission).toBeUndefined()
  await stranger?.cancel()
  expect((await stranger?.events[Symbol.asyncIterator]().next())?.value).toMatchObject({ status: 'IN_PROGRESS' })
  const handle = await other.job(first.key, { ...ann, submission: first.submission ?? '' })
  expect(handle?.submission).toBe(first.submission)
  await handle?.cancel()
  expect((await second.record()).status).toBe('IN_PROGRESS')
  const start = performance.now()
  await (await other.job(second.key, ben))?.cancel()
  expect((await rejection(second.result())).code).toBe('DATALAB_ABORTED')
  // The run hears of it at once, though another host cancelled it.
  await expect.poll(() => keysOf(storage), { interval: 1 }).toEqual([])
  expect(performance.now() - start).toBeLessThan(1000)
})

test('an operator ends a job for everybody', async () => {
  const { op, begun } = endless()
  const host = lab({ operations: [op] })
  const jobs = [await host.submit(op, {}, { principal: { id: 'ann' } }), await host.submit(op, {})]
  await begun
  await (await host.job(jobs[0]?.key ?? '', { principal: { id: 'operator' } }))?.cancel({ force: true })
  for (const job of jobs) expect((await rejection(job.result())).code).toBe('DATALAB_ABORTED')
})

test('what is submitted with force just when the attempt before has ended is run', async () => {
  const records = new MemoryRecordStore()
  const update = records.update.bind(records)
  const answer = deferred()
  records.update = async (lease, change) => {
    const isWritten = await update(lease, change)
    if (change.status === 'COMPLETED') await answer.promise
    return isWritten
  }
  let runs = 0
  const Op = operation((run) => writeText(run, `run ${++runs}`))
  const host = lab({ operations: [Op], records })
  await (await host.submit(Op, {})).result()
  const again = await host.submit(Op, {}, { force: true })
  answer.resolve()
  await again.result()
  expect(runs).toBe(2)
})

test('what is submitted while a cancellation is still being answered is run', async () => {
  const records = new MemoryRecordStore()
  const withdraw = records.withdraw.bind(records)
  const answer = deferred()
  records.withdraw = async (key, id) => {
    const left = await withdraw(key, id)
    await answer.promise
    return left
  }
  const { op, begun, release } = held()
  const host = lab({ operations: [op], records })
  const first = await host.submit(op, {})
  await begun
  const cancelled = first.cancel()
  const second = await host.submit(op, {})
  answer.resolve()
  release()
  await cancelled
  await expect.poll(async () => (await second.record()).status, { interval: 1, timeout: 500 }).toBe('COMPLETED')
})
