import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  ClientAlertError,
  DataLabError,
  type DataLabOptions,
  type JobRecord,
  MemoryRecordStore,
  MemoryStorage,
  type OperationInfo,
} from '../src/index.js'
import {
  down,
  file,
  keysOf,
  lab,
  MemorySource,
  memoryLog,
  operation,
  rejection,
  type TestInputs,
  type TestRun,
  temporaryFolder,
  writeText,
} from './lab.js'

// What happened, how the job ends, what its user reads, and whether it is tried again: row by row.

const retry = { retries: 2, minDelayMs: 1, maxDelayMs: 2 }

interface Row {
  readonly operate: (run: TestRun) => unknown
  readonly options?: Omit<DataLabOptions, 'operations'>
  readonly info?: Partial<OperationInfo<TestInputs>>
}

/** Runs an operation that writes something first; resolves to how it ended, when nothing is left of it. */
async function ended({ operate, options = {}, info = {} }: Row) {
  const [storage, scratch, { log, lines }] = [new MemoryStorage(), temporaryFolder(), memoryLog()]
  let runs = 0
  const Op = operation(async (run) => {
    runs++
    expect(readdirSync(run.scratch)).toEqual([])
    await writeText(run, 'partial')
    return (await operate(run)) as undefined
  }, info)
  const host = lab({ operations: [Op], storage, scratch, log, retry, ...options })
  const job = await host.submit(Op, {})
  let last: JobRecord | undefined
  for await (const record of job.events) last = record
  const error = await rejection(job.result())
  expect(error.message).toBe(last?.message)
  expect(last?.output).toBeNull()
  await expect.poll(() => keysOf(storage), { interval: 1 }).toEqual([])
  await expect.poll(() => readdirSync(scratch), { interval: 1 }).toEqual([])
  return {
    status: last?.status,
    message: last?.message,
    code: last?.error?.code,
    reference: last?.error?.reference,
    runs,
    lines,
  }
}

test.each([
  ['ClientAlertError', () => Promise.reject(new ClientAlertError('Crop them first.'))],
  ['setFailed', (run: TestRun) => run.setFailed('Crop them first.')],
])('%s: FAILED, its message, not tried again', async (_, operate) => {
  expect(await ended({ operate })).toMatchObject({
    status: 'FAILED',
    message: 'Crop them first.',
    code: 'DATALAB_FAILED',
    runs: 1,
  })
})

test('invalid input: not queued, field and reason', async () => {
  const Op = operation(() => [])
  const records = new MemoryRecordStore()
  const error = await rejection(lab({ operations: [Op], records }).submit(Op, { text: 5 } as never))
  expect(error).toMatchObject({ code: 'DATALAB_INPUT_INVALID', audience: 'user' })
  expect(error.message).toMatch(/text/i)
  expect((await records.list()).records).toEqual([])
})

test.each([
  ['storage', down(), 'The storage of results does not answer now'],
  [
    'source',
    new DataLabError('SOURCE_UNAVAILABLE', 'the archive', { retryable: true }),
    'The source of the input files does not answer now',
  ],
  [
    'record store',
    new DataLabError('DATALAB_RECORDS_UNAVAILABLE', 'the store', { retryable: true }),
    'The store of records does not answer now',
  ],
])('%s unavailable: FAILED after retries, a sentence naming the service', async (_, error, sentence) => {
  const { status, message, runs } = await ended({ operate: () => Promise.reject(error) })
  expect([status, runs]).toEqual(['FAILED', 3])
  expect(message).toContain(sentence)
})

test('a source that does not answer while a file is opened: the same', async () => {
  const source = new MemorySource(['a'])
  source.open = () =>
    Promise.reject(new DataLabError('SOURCE_UNAVAILABLE', 'It does not answer.', { audience: 'user', retryable: true }))
  const Op = operation(async (run) => {
    const { Inputs } = await import('../src/index.js')
    await run.use(Inputs).open(file('a'))
    return []
  })
  const job = await lab({ operations: [Op], sources: [source], retry }).submit(Op, { files: [file('a')] })
  expect(await rejection(job.result())).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
  expect((await job.record()).history).toHaveLength(2)
})

test.each([
  ['an Error', new Error('x is undefined')],
  ['a text', 'oops'],
  ['undefined', undefined],
])(
  '%s thrown: FAILED, "an unexpected error, reference R" with the stack in the log, not tried again',
  async (_, thrown) => {
    const { status, message, code, reference, runs, lines } = await ended({ operate: () => Promise.reject(thrown) })
    expect([status, code, runs]).toEqual(['FAILED', 'DATALAB_INTERNAL', 1])
    expect(message).toMatch(new RegExp(`^An unexpected error, reference ${reference}\\.`))
    const line = lines.find(({ facts }) => facts.reference === reference)
    expect(line).toMatchObject({
      level: 'error',
      facts: { err: { stack: expect.stringMatching(/^Error: .*\n +at /) } },
    })
  },
)

test('time limit: FAILED, "took longer than", not tried again', async () => {
  const operate = (run: TestRun) =>
    new Promise((_, reject) => {
      run.signal.addEventListener('abort', () => reject(run.signal.reason), { once: true })
    })
  expect(await ended({ operate, options: { timeLimit: 0.02 } })).toMatchObject({
    status: 'FAILED',
    code: 'DATALAB_TIMEOUT',
    message: expect.stringContaining('took longer than 0.02 seconds'),
    runs: 1,
  })
})

test('cancel: CANCELLED, "cancelled", not tried again', async () => {
  const records = new MemoryRecordStore()
  const operate = async (run: TestRun) => {
    const key = (await records.list()).records[0]?.key ?? ''
    const [submission] = await records.submissions(key)
    void records.withdraw(key, submission?.id ?? '')
    return new Promise((_, reject) => {
      run.signal.addEventListener('abort', () => reject(run.signal.reason), { once: true })
    })
  }
  expect(await ended({ operate, options: { records, leaseMs: 60 } })).toMatchObject({
    status: 'CANCELLED',
    code: 'DATALAB_ABORTED',
    message: 'cancelled',
    runs: 1,
  })
})

test('worker died: IN_PROGRESS again, then FAILED after n deaths, "the worker stopped"', async () => {
  let time = Date.now()
  const records = new MemoryRecordStore({ now: () => time })
  const Op = operation(() => [])
  const dead = {
    supports: { isolation: false, preemption: false },
    start() {},
    async submit() {},
    async abort() {},
    async drain() {},
    async close() {},
  }
  const job = await lab({ operations: [Op], records, executor: dead }).submit(Op, {})
  for (let death = 1; death <= 3; death++) {
    expect((await records.claim(job.key, `worker ${death}`, { leaseMs: 5000 })).lease).toBeDefined()
    expect(await job.record()).toMatchObject({ status: 'IN_PROGRESS', attempt: death })
    time += 5000
  }
  expect((await records.claim(job.key, 'worker 4', { leaseMs: 5000 })).lease).toBeUndefined()
  expect(await job.record()).toMatchObject({
    status: 'FAILED',
    message: expect.stringMatching(/^The worker stopped 3 times/),
    error: { code: 'DATALAB_WORKER_STOPPED' },
  })
})
