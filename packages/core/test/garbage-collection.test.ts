import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  DataLabError,
  FileStorage,
  type FitsFile,
  isDataLabError,
  type Lease,
  MemoryRecordStore,
  MemoryStorage,
  type ObjectBody,
  Outputs,
  type RecordChange,
} from '../src/index.js'
import {
  deferred,
  endless,
  held,
  keysOf,
  lab,
  operation,
  rejection,
  type TestInputs,
  type TestRun,
  temporaryFolder,
  textOf,
  writesText,
  writeText,
} from './lab.js'

const DAY = 24 * 3600
const Op = operation(writesText)

const FitsOp = operation(writesFits)

async function writesFits(run: TestRun) {
  const outputs = run.use(Outputs)
  return [outputs.file({ type: 'fits', objects: [await outputs.put('.fits', new Uint8Array(3))] })]
}

/** Stops, as when its process is killed, where it is to forget. */
class Stopping extends MemoryRecordStore {
  isStopping = true

  override async forget(key: string, attempt: number) {
    if (this.isStopping) throw new DataLabError('DATALAB_CLOSED', 'killed')
    return super.forget(key, attempt)
  }
}

/** Loses the news of the first result, as when its process is killed then; the lease runs out. */
class Losing extends Stopping {
  override isStopping = false
  isLosing = true

  override async update(lease: Lease, change: RecordChange) {
    if (change.status !== 'COMPLETED' || !this.isLosing) return super.update(lease, change)
    this.isLosing = false
    pass(10)
    return false
  }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01') }))
afterEach(() => void vi.useRealTimers())

function pass(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1000)
}

async function completed(host: ReturnType<typeof lab>, inputs: TestInputs = {}, options = {}) {
  const job = await host.submit('@test/op', inputs, options)
  const [file] = (await job.result()).output_files ?? []
  return { key: job.key, reference: { source: 'datalab', basename: file?.basename ?? '' } as FitsFile, job }
}

function isMark(body: ObjectBody): boolean {
  return body instanceof Uint8Array && new TextDecoder().decode(body).includes('"garbage"')
}

function world(operations: Parameters<typeof lab>[0]['operations'] = [Op]) {
  const [storage, records] = [new MemoryStorage(), new MemoryRecordStore()]
  return { storage, records, host: lab({ operations, storage, records }) }
}

test('a result that is older than its life is not found any more, and goes when its URLs are of no use any more', async () => {
  const { storage, host } = world()
  const { key } = await completed(host)
  pass(30 * DAY - 1)
  const nothing = { marked: 0, deleted: 0, bytes: 0, waiting: 0 }
  expect(await host.collectGarbage()).toEqual(nothing)
  pass(1)
  expect(await host.collectGarbage({ dryRun: true })).toMatchObject({ marked: 1, deleted: 0, waiting: 1 })
  expect(await host.collectGarbage({ dryRun: true, urlLife: 0 })).toMatchObject({ marked: 1, deleted: 1, waiting: 0 })
  expect(await host.plan(Op, {})).toMatchObject({ cached: true })
  expect(await host.collectGarbage()).toEqual({ marked: 1, deleted: 0, bytes: 0, waiting: 1 })
  expect(await host.plan(Op, {})).toMatchObject({ cached: false })
  expect(await host.get(key)).toBeUndefined()
  expect(await host.open(key, 'txt')).toBeUndefined()
  pass(7 * DAY - 1)
  expect(await host.collectGarbage()).toMatchObject({ deleted: 0, waiting: 1 })
  pass(1)
  expect(await host.collectGarbage()).toEqual({ marked: 0, deleted: 1, bytes: 0, waiting: 0 })
  expect(await keysOf(storage)).toEqual([`${key}/record.json`])
  expect(await host.collectGarbage()).toEqual(nothing)
})

test('a job whose result is garbage is run anew, under a number that no attempt had', async () => {
  const { storage, host } = world()
  const { key } = await completed(host, { text: 'x' })
  await host.collectGarbage({ resultLife: 0 })
  await completed(host, { text: 'x' })
  expect(await keysOf(storage)).toEqual([`${key}/1/${key}.txt`, `${key}/2/${key}.txt`, `${key}/record.json`])
  pass(7 * DAY)
  expect(await host.collectGarbage()).toMatchObject({ marked: 0, deleted: 1, bytes: 1 })
  expect(await host.plan(Op, { text: 'x' })).toMatchObject({ cached: true })
  await host.collectGarbage({ resultLife: 0, urlLife: 0 })
  const third = await completed(lab({ operations: [Op], storage }), { text: 'x' })
  expect((await third.job.record()).attempt).toBe(3)
})

test('what force replaced, and what attempts left behind that died, goes; what a manifest names and what is of no job stays', async () => {
  const { storage, host } = world()
  const { key } = await completed(host)
  await completed(host, {}, { force: true })
  const other = 'ab'.repeat(32)
  await storage.put(`${other}/3/reserved`, new Uint8Array())
  await storage.put(`${other}/3/${other}.fits`, new Uint8Array(10))
  await storage.put('notes/of/somebody', new Uint8Array(1))
  expect(await host.collectGarbage({ urlLife: 10 })).toMatchObject({ deleted: 0, waiting: 3 })
  pass(10)
  expect(await host.collectGarbage({ urlLife: 10 })).toEqual({ marked: 0, deleted: 3, bytes: 10, waiting: 0 })
  const left = [`${other}/record.json`, `${key}/2/${key}.txt`, `${key}/record.json`, 'notes/of/somebody']
  expect(await keysOf(storage)).toEqual(left.sort())
  expect(await host.plan(Op, {})).toMatchObject({ cached: true })
})

test('what a run writes is left alone while it goes on, and when it has committed', async () => {
  const { op, begun, release } = held(async (run) => {
    return [...(await writeText(run, 'one', 0)), ...(await writeText(run, 'two', 1))]
  })
  const first = endless()
  const { storage, host, records } = world([op])
  const job = await host.submit(op, {})
  await begun
  expect(await host.collectGarbage({ resultLife: 0, urlLife: 0 })).toMatchObject({ deleted: 0 })
  release()
  await job.result()
  pass(DAY)
  expect(await host.collectGarbage({ urlLife: 0 })).toMatchObject({ deleted: 0 })
  expect(await keysOf(storage)).toHaveLength(3)

  const other = lab({ operations: [first.op], storage, records, scratch: '/tmp' })
  const going = await other.submit(first.op, { text: 'going' })
  await first.begun
  pass(DAY)
  expect(await other.collectGarbage({ urlLife: 0 })).toMatchObject({ deleted: 0 })
  await going.cancel()
})

test('a result that is among the inputs of a job which has not ended is needed', async () => {
  const { op, begun, release } = held()
  const { storage, records, host: parentHost } = world([FitsOp])
  const parent = await completed(parentHost)
  const host = lab({ operations: [op], storage, records })
  const child = await host.submit(op, { files: [parent.reference] })
  await begun
  const all = { resultLife: 0, urlLife: 0 }
  expect(await host.collectGarbage(all)).toMatchObject({ marked: 0, deleted: 0 })
  release()
  await child.result()
  expect(await host.collectGarbage(all)).toMatchObject({ marked: 2, deleted: 2 })
  const error = await rejection(host.submit(op, { files: [parent.reference] }))
  expect(isDataLabError(error, 'DATALAB_INPUT_INVALID')).toBe(true)
})

test.each(['while another is marked', 'just before it is marked'])(
  'a result that a job is submitted on %s is needed',
  async (moment) => {
    const { op, begun, release } = held()
    const { storage, records, host: parentHost } = world([FitsOp])
    const parent = await completed(parentHost, { text: 'parent' })
    const other = await completed(parentHost, { text: 'other' })
    const host = lab({ operations: [op], storage, records })
    const put = storage.put.bind(storage)
    const [first, second] = [parent.key, other.key].sort()
    const isBefore = moment.startsWith('just')
    const child = isBefore ? (first as string) : (second as string)
    const { reference } = child === parent.key ? parent : other
    let submitted: ReturnType<typeof host.submit> | undefined
    vi.spyOn(storage, 'put').mockImplementation(async (...parameters) => {
      if (parameters[0] === `${first}/record.json` && submitted === undefined) {
        submitted = host.submit(op, { files: [reference] })
        await submitted
        await begun
      }
      return put(...parameters)
    })
    expect(await parentHost.collectGarbage({ resultLife: 0 })).toMatchObject({ marked: 1 })
    release()
    expect((await (await submitted)?.result())?.output_files).toHaveLength(1)
    expect(await parentHost.plan(FitsOp, child === parent.key ? { text: 'parent' } : { text: 'other' })).toMatchObject({
      cached: true,
    })
  },
)

test('a collection that was broken off before the record was forgotten waits anew', async () => {
  const [storage, records] = [new MemoryStorage(), new Stopping()]
  const host = lab({ operations: [Op], storage, records })
  const { key } = await completed(host)
  await rejection(host.collectGarbage({ resultLife: 0 }))
  records.isStopping = false
  expect(await host.plan(Op, {})).toMatchObject({ cached: true })
  pass(7 * DAY)
  expect(await host.collectGarbage()).toMatchObject({ deleted: 0 })
  expect(await host.plan(Op, {})).toMatchObject({ cached: false })
  expect(JSON.parse(await textOf(storage, `${key}/record.json`))).toMatchObject({
    attempt: 1,
    garbage: expect.any(String),
  })
  pass(7 * DAY)
  expect(await host.collectGarbage()).toMatchObject({ deleted: 1 })
})

test('what a collection that was broken off has marked goes with the next one where its URLs are of no use', async () => {
  const [storage, records] = [new MemoryStorage(), new Stopping()]
  const host = lab({ operations: [Op], storage, records })
  const { key } = await completed(host)
  await rejection(host.collectGarbage({ resultLife: 0 }))
  records.isStopping = false
  expect(await host.collectGarbage({ urlLife: 0, dryRun: true })).toMatchObject({ deleted: 1 })
  expect(await host.collectGarbage({ urlLife: 0 })).toMatchObject({ deleted: 1, waiting: 0 })
  expect(await records.get(key)).toBeUndefined()
  expect(await keysOf(storage)).toEqual([`${key}/record.json`])
})

describe('the record of a result that another attempt found', () => {
  async function found() {
    const [storage, records] = [new MemoryStorage(), new Losing()]
    const host = lab({ operations: [Op], storage, records, leaseMs: 10 })
    const { key } = await completed(host)
    expect(await records.get(key)).toMatchObject({
      attempt: 2,
      output: { output_files: [{ objects: { txt: `${key}/1/${key}.txt` } }] },
    })
    return { storage, records, host, key }
  }

  test('is forgotten with the result, and its number is not given again', async () => {
    const { storage, records, host, key } = await found()
    await host.collectGarbage({ resultLife: 0, urlLife: 0 })
    expect(await records.get(key)).toBeUndefined()
    expect(await keysOf(storage)).toEqual([`${key}/record.json`])
    const { job } = await completed(host)
    expect((await job.record()).attempt).toBe(3)
  })

  test('is forgotten later where the collection was broken off', async () => {
    const { storage, records, host, key } = await found()
    records.isStopping = true
    await rejection(host.collectGarbage({ resultLife: 0 }))
    records.isStopping = false
    expect(await host.get(key)).toMatchObject({ status: 'COMPLETED' })
    await host.collectGarbage({ urlLife: 0 })
    expect(await host.get(key)).toBeUndefined()
    expect(await keysOf(storage)).toEqual([`${key}/record.json`])
  })
})

test('a result that is replaced just when it is to be marked stays', async () => {
  const { storage, records, host } = world()
  await completed(host)
  const put = storage.put.bind(storage)
  const racing = vi.spyOn(storage, 'put').mockImplementationOnce(async (...parameters) => {
    racing.mockRestore()
    await completed(host, {}, { force: true })
    return put(...parameters)
  })
  const collector = lab({ operations: [Op], storage, records })
  expect(await collector.collectGarbage({ resultLife: 0 })).toMatchObject({ marked: 0, waiting: 1 })
  expect(await host.plan(Op, {})).toMatchObject({ cached: true })
})

test('a result whose objects another collection has deleted is not taken back by the one that marked it', async () => {
  const { storage, records, host } = world()
  const { key, job } = await completed(host)
  const { operation: ofOperation, inputs, provenance } = await job.record()
  const all = { resultLife: 0, urlLife: 0 }
  const put = storage.put.bind(storage)
  const marking = vi.spyOn(storage, 'put').mockImplementationOnce(async (...parameters) => {
    marking.mockRestore()
    const info = await put(...parameters)
    expect(await lab({ operations: [Op], storage, records }).collectGarbage(all)).toMatchObject({ deleted: 1 })
    const submission = { id: 's', principal: { id: 'p' }, created: '', inputs: null }
    await records.submit({ key, operation: ofOperation, inputs, provenance }, submission)
    return info
  })
  expect(await lab({ operations: [Op], storage, records }).collectGarbage(all)).toMatchObject({ marked: 1 })
  expect(await keysOf(storage)).toEqual([`${key}/record.json`])
  expect(JSON.parse((await textOf(storage, `${key}/record.json`)) ?? 'null')).toMatchObject({ swept: true })
})

test('a result that is collected just when another store finds it is run anew', async () => {
  const { storage, host } = world()
  const { key } = await completed(host)
  const records = new MemoryRecordStore()
  const collector = lab({ operations: [Op], storage, records })
  const adopt = records.adopt.bind(records)
  records.adopt = async (record) => {
    await collector.collectGarbage({ resultLife: 0, urlLife: 0 })
    return adopt(record)
  }
  const finder = lab({ operations: [Op], storage, records })
  expect(await finder.get(key)).toBeUndefined()
  expect(await records.get(key)).toBeUndefined()
  expect(await keysOf(storage)).toEqual([`${key}/record.json`])
})

test('a result that is found just when another is asked for is not taken for that', async () => {
  const { storage, host } = world()
  const { key, job } = await completed(host)
  const { operation: ofOperation, inputs, provenance } = await job.record()
  const records = new MemoryRecordStore()
  const adopt = records.adopt.bind(records)
  records.adopt = async (found) => {
    const submission = { id: 's', principal: { id: 'p' }, created: '', inputs: null }
    const draft = { key, operation: ofOperation, inputs, provenance }
    await records.submit(draft, submission, { outdated: found.attempt })
    return adopt(found)
  }
  const again = await completed(lab({ operations: [Op], storage, records }))
  expect(again.job.cached).toBe(false)
  expect(await again.job.record()).toMatchObject({ status: 'COMPLETED', attempt: 2 })
})

test('what lies in the place of a manifest and is none is left alone, with what it may name', async () => {
  const { storage, host } = world()
  const key = 'cd'.repeat(32)
  const objects = [`${key}/1/${key}.fits`, `${key}/record.json`]
  for (const object of objects) await storage.put(object, new TextEncoder().encode('{"version":2}'))
  expect(await host.collectGarbage({ resultLife: 0, urlLife: 0 })).toMatchObject({ marked: 0, deleted: 0 })
  expect(await keysOf(storage)).toEqual(objects)
})

describe('an attempt that was stopped just before it commits', () => {
  const all = { resultLife: Number.POSITIVE_INFINITY, urlLife: 0 }

  /** A job that was cancelled while its attempt was about to put the manifest, which it does when this is over. */
  async function stopped(before: (storage: MemoryStorage, host: ReturnType<typeof lab>) => Promise<object>) {
    const [storage, records] = [new MemoryStorage(), new MemoryRecordStore()]
    const other = lab({ operations: [Op], storage, records })
    const options = await before(storage, other)
    const put = storage.put.bind(storage)
    const [arrived, goOn] = [deferred(), deferred()]
    storage.put = async (key, body, conditions) => {
      if (!key.endsWith('/record.json')) return put(key, body, conditions)
      storage.put = put
      arrived.resolve()
      await goOn.promise
      return put(key, body, conditions)
    }
    const host = lab({ operations: [Op], storage, records })
    const job = await host.submit(Op, {}, options)
    await arrived.promise
    const cancelled = job.cancel()
    await expect.poll(async () => (await other.get(job.key))?.status, { interval: 1 }).toBe('CANCELLED')
    const end = () => {
      goOn.resolve()
      return cancelled
    }
    return { storage, other, key: job.key, goOn: end }
  }

  test('comes too late when its objects were deleted', async () => {
    const { storage, other, key, goOn } = await stopped(async () => ({}))
    expect(await other.collectGarbage(all)).toMatchObject({ deleted: 1 })
    await goOn()
    expect(await keysOf(storage)).toEqual([`${key}/record.json`])
    expect(JSON.parse(await textOf(storage, `${key}/record.json`))).toMatchObject({
      attempt: 1,
      garbage: expect.any(String),
    })
    expect((await completed(other)).job.cached).toBe(false)
  })

  test('comes too late when another result is there', async () => {
    const { storage, other, key, goOn } = await stopped(async (_, host) => {
      await completed(host)
      return { force: true }
    })
    expect(await other.collectGarbage(all)).toMatchObject({ deleted: 1 })
    await goOn()
    expect(await keysOf(storage)).toEqual([`${key}/1/${key}.txt`, `${key}/record.json`])
    expect(JSON.parse(await textOf(storage, `${key}/record.json`))).toMatchObject({ attempt: 1, status: 'COMPLETED' })
  })

  test('comes too late when another result was garbage', async () => {
    const { storage, other, key, goOn } = await stopped(async (_, host) => {
      await completed(host)
      await host.collectGarbage({ resultLife: 0, urlLife: 0 })
      return {}
    })
    expect(await other.collectGarbage(all)).toMatchObject({ deleted: 1 })
    await goOn()
    expect(await keysOf(storage)).toEqual([`${key}/record.json`])
    expect(JSON.parse(await textOf(storage, `${key}/record.json`))).toMatchObject({
      attempt: 2,
      garbage: expect.any(String),
    })
  })

  test('and has just done so keeps its objects', async () => {
    const { storage, other, key, goOn } = await stopped(async () => ({}))
    // Of the time before.
    vi.spyOn(storage, 'head').mockImplementationOnce(async () => {
      await goOn()
      return undefined
    })
    expect(await other.collectGarbage(all)).toMatchObject({ deleted: 0 })
    expect(await keysOf(storage)).toEqual([`${key}/1/${key}.txt`, `${key}/record.json`])
  })
})

test.each(['memory', 'file'])(
  'an attempt whose number was given back by a collection elsewhere does not commit without its objects (%s)',
  async (kind) => {
    vi.useRealTimers()
    const storage = kind === 'file' ? new FileStorage(temporaryFolder()) : new MemoryStorage()
    const elsewhere = lab({ operations: [Op], storage, records: new MemoryRecordStore() })
    const collect = () => elsewhere.collectGarbage({ urlLife: 0 })
    const put = storage.put.bind(storage)
    let collections = 0
    storage.put = async (key, body, options) => {
      const isManifest = key.endsWith('/record.json') && !isMark(body)
      // Once when its number is taken, and once when its objects are written.
      if (isManifest && collections === 1 && ++collections) await collect()
      const info = await put(key, body, options)
      if (key.endsWith('/reserved') && collections === 0 && ++collections) await collect()
      return info
    }
    const host = lab({ operations: [Op], storage, retry: { retries: 3, minDelayMs: 1, maxDelayMs: 2 } })
    const job = await host.submit(Op, { text: 'x' })
    await job.result()
    expect(collections).toBe(2)
    const { attempt } = await job.record()
    expect(await textOf(storage, `${job.key}/${attempt}/${job.key}.txt`)).toBe('x')
    expect((await host.submit(Op, { text: 'x' })).cached).toBe(true)
    expect((await elsewhere.submit(Op, { text: 'x' })).cached).toBe(true)
  },
)

test('the number of a mark is not given again while objects of an earlier attempt are left', async () => {
  const { storage, host } = world()
  const { key } = await completed(host, { text: 'x' })
  await completed(host, { text: 'x' }, { force: true })
  await host.collectGarbage({ resultLife: 0 })
  await storage.delete(`${key}/2/${key}.txt`)
  const again = await completed(lab({ operations: [Op], storage }), { text: 'x' })
  expect((await again.job.record()).attempt).toBe(3)
})

test.each([{ resultLife: -1 }, { urlLife: Number.NaN }])('refuses %o', async (options) => {
  await expect(async () => world().host.collectGarbage(options)).rejects.toThrow(TypeError)
})
