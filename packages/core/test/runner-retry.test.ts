import { describe, expect, test } from 'vitest'
import { ClientAlertError, DataLabError, Inputs, type JobRecord, MemoryRecordStore } from '../src/index.js'
import {
  countingStorage,
  down,
  file,
  keysOf,
  lab,
  MemorySource,
  memoryLog,
  noUnhandledRejections,
  operation,
  rejection,
  writesText,
  writeText,
} from './lab.js'

const soon = { minDelayMs: 1 }

/** A storage whose puts fail at first, so many times. */
function failing(times: number) {
  return countingStorage(['put'], async (call, _, proceed) => {
    if (call < times) throw down()
    return proceed()
  })
}

/** An operation that throws at first, so many times. */
function throwing(times: number, error: () => unknown) {
  let runs = 0
  const op = operation(async (run) => {
    const made = await writeText(run, 'x')
    if (++runs <= times) throw error()
    return made
  })
  return { op, runs: () => runs }
}

describe('a failure that may pass', () => {
  test('is tried again, and the attempts before are told', async () => {
    noUnhandledRejections()
    const { storage, inner } = failing(1)
    const Op = operation(writesText)
    const job = await lab({ operations: [Op], storage, retry: soon }).submit(Op, {})
    expect((await job.result()).output_files).toHaveLength(1)
    expect(await job.record()).toMatchObject({
      status: 'COMPLETED',
      attempt: 2,
      message: null,
      error: null,
      history: [{ attempt: 1, status: 'FAILED', error: { code: 'STORAGE_UNAVAILABLE' } }],
    })
    expect(await keysOf(inner)).toEqual([`${job.key}/2/${job.key}.txt`, `${job.key}/record.json`])
  })

  test.each([0, 1, 3])('is given up after %i retries', async (retries) => {
    const { op, runs } = throwing(Number.POSITIVE_INFINITY, down)
    const { log, lines } = memoryLog()
    const { storage, inner } = failing(0)
    const job = await lab({ operations: [op], storage, log, retry: { ...soon, retries } }).submit(op, {})
    const error = await rejection(job.result())
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', audience: 'user' })
    expect(error.message).toMatch(/^The storage of results does not answer now, reference [0-9a-f]+\./)
    expect(runs()).toBe(retries + 1)
    const { history, ...record } = await job.record()
    expect(record).toMatchObject({ status: 'FAILED', attempt: retries + 1 })
    expect(history.map(({ attempt, status }) => `${attempt} ${status}`)).toEqual(
      Array.from({ length: retries }, (_, index) => `${index + 1} FAILED`),
    )
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(retries + 1)
    expect(await keysOf(inner)).toEqual([])
  })

  test('is tried three times more where nothing is said', async () => {
    const { op, runs } = throwing(Number.POSITIVE_INFINITY, down)
    const job = await lab({ operations: [op], retry: soon }).submit(op, {})
    await rejection(job.result())
    expect(runs()).toBe(4)
  })

  test('shows its reason while the job waits', async () => {
    const { op } = throwing(1, down)
    const job = await lab({ operations: [op], retry: { minDelayMs: 20, maxDelayMs: 20 } }).submit(op, {})
    const seen: JobRecord[] = []
    for await (const record of job.events) seen.push(record)
    const waiting = seen.find(({ status, history }) => status === 'PENDING' && history.length === 1)
    expect(waiting).toMatchObject({ attempt: 1, progress: 0, output: null, error: null, ended: null })
    expect(waiting?.message).toMatch(/^The storage of results does not answer now, reference /)
    expect(waiting?.message).toBe(waiting?.history[0]?.error?.message)
    expect(seen.at(-1)).toMatchObject({ status: 'COMPLETED', message: null })
  })

  test('of a source is one too', async () => {
    const source = new MemorySource(['a'])
    const open = source.open.bind(source)
    source.open = async (reference) => {
      source.open = open
      throw new DataLabError('SOURCE_UNAVAILABLE', `The archive does not answer for ${reference.basename}.`, {
        retryable: true,
      })
    }
    const Op = operation(async (run) => {
      await run.use(Inputs).open(file('a'))
      return undefined
    })
    const job = await lab({ operations: [Op], sources: [source], retry: soon }).submit(Op, { files: [file('a')] })
    await job.result()
    expect((await job.record()).history).toMatchObject([
      { error: { message: expect.stringMatching(/^The source of the input files does not answer now/) } },
    ])
  })

  test('counts anew when the job is submitted again', async () => {
    const { op, runs } = throwing(3, down)
    const host = lab({ operations: [op], retry: { ...soon, retries: 1 } })
    await rejection((await host.submit(op, {})).result())
    expect(runs()).toBe(2)
    const job = await host.submit(op, {})
    await job.result()
    expect(runs()).toBe(4)
    expect((await job.record()).history.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
  })

  test('is not tried again once nobody asks any more', async () => {
    const { op, runs } = throwing(Number.POSITIVE_INFINITY, down)
    const records = new MemoryRecordStore()
    const host = lab({ operations: [op], records, retry: { minDelayMs: 60_000, maxDelayMs: 60_000 } })
    const job = await host.submit(op, {})
    const answer = rejection(job.result())
    await expect.poll(async () => (await records.get(job.key))?.notBefore, { interval: 1 }).toEqual(expect.any(String))
    await job.cancel()
    expect(await answer).toMatchObject({ code: 'DATALAB_ABORTED' })
    expect((await records.get(job.key))?.status).toBe('CANCELLED')
    expect(runs()).toBe(1)
  })

  test('and whose job waits is cancelled when the host is closed', async () => {
    const { op } = throwing(Number.POSITIVE_INFINITY, down)
    const records = new MemoryRecordStore()
    const host = lab({ operations: [op], records, retry: { minDelayMs: 60_000, maxDelayMs: 60_000 } })
    const job = await host.submit(op, {})
    await expect.poll(async () => (await records.get(job.key))?.notBefore, { interval: 1 }).toEqual(expect.any(String))
    await host.close()
    expect(await records.get(job.key)).toMatchObject({ status: 'CANCELLED', message: 'the host was closed' })
  })
})

test.each<[string, () => unknown]>([
  ['an error for users', () => new ClientAlertError('Give larger images.')],
  ['an error for developers', () => new DataLabError('STORAGE_FORBIDDEN', 'x')],
  ['an unexpected error', () => new TypeError('x')],
])('%s is not tried again', async (_, error) => {
  const { op, runs } = throwing(Number.POSITIVE_INFINITY, error)
  const job = await lab({ operations: [op], retry: soon }).submit(op, {})
  await rejection(job.result())
  expect(runs()).toBe(1)
  expect(await job.record()).toMatchObject({ status: 'FAILED', attempt: 1, history: [] })
})

describe('a number that another process took', () => {
  const text = new TextEncoder().encode('theirs')

  /** A storage in which another process takes the first number just before this one does. */
  function contested(theirs: (key: string) => Promise<unknown> = async () => {}) {
    const made = countingStorage(['put'], async (call, _, proceed) => {
      if (call === 0) await take()
      return proceed()
    })
    let key = ''
    const take = async () => {
      await made.inner.put(`${key}/1/reserved`, new Uint8Array(), { ifNoneMatch: '*' })
      await made.inner.put(`${key}/1/${key}.txt`, text)
      await theirs(key)
    }
    const of = (job: string) => {
      key = job
    }
    return { ...made, of }
  }

  test("is a conflict, and what is the other's stays", async () => {
    const { storage, inner, of } = contested()
    let runs = 0
    const Op = operation((run) => {
      runs++
      return writesText(run)
    })
    const host = lab({ operations: [Op], storage, retry: { retries: 0 } })
    const { key } = await host.plan(Op, {})
    of(key)
    const job = await host.submit(Op, {})
    expect(await rejection(job.result())).toMatchObject({
      code: 'DATALAB_CONFLICT',
      message: 'Another process changed this job at the same time. Submit it again.',
    })
    expect(runs).toBe(0)
    expect(await keysOf(inner)).toEqual([`${key}/1/${key}.txt`, `${key}/1/reserved`])
  })

  test('is passed over at the second try', async () => {
    const { storage, of } = contested()
    const Op = operation(writesText)
    const host = lab({ operations: [Op], storage, retry: soon })
    of((await host.plan(Op, {})).key)
    const job = await host.submit(Op, {})
    expect((await job.result()).output_files).toMatchObject([{ txt_url: expect.stringContaining('/2/') }])
    expect(await job.record()).toMatchObject({ attempt: 2, history: [{ error: { code: 'DATALAB_CONFLICT' } }] })
  })

  test('and whose result is there at the second try is the result', async () => {
    const Op = operation(writesText)
    const other = lab({ operations: [Op] })
    const theirs = await other.submit(Op, {})
    await theirs.result()
    const objects = { txt: `${theirs.key}/1/${theirs.key}.txt` }
    const sizes = { txt: text.length }
    const output_files = [{ basename: theirs.key, source: 'datalab', type: 'image', objects, sizes }]
    const record = { ...(await theirs.record()), output: { output_files } }
    const { storage, inner, of } = contested((key) =>
      inner.put(`${key}/record.json`, new TextEncoder().encode(JSON.stringify(record))),
    )
    let runs = 0
    const Mine = operation((run) => {
      runs++
      return writesText(run)
    })
    of(theirs.key)
    const job = await lab({ operations: [Mine], storage, retry: soon }).submit(Mine, {})
    expect(job.key).toBe(theirs.key)
    expect(await job.result()).toEqual(await theirs.result())
    expect(runs).toBe(0)
    expect((await keysOf(inner)).filter((key) => key.endsWith('.txt'))).toEqual([`${job.key}/1/${job.key}.txt`])
  })
})
