import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type DataLabOptions, type FileSource, type Job, MemoryRecordStore, MemoryStorage } from '../src/index.js'
import { Inputs } from '../src/inputs.js'
import { file, keysOf, lab, MemorySource, memoryLog, noUnhandledRejections, operation, writeText } from './lab.js'

// Whatever an attempt waits for may hang for ever. The time is the test's: what takes seconds here takes none.

/** What the framework may need beyond the limit: the operation's grace, and that of each clear-up. */
const BOUND_MS = 6500

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Lets so much time pass, with what happens on disks meanwhile. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    await vi.advanceTimersByTimeAsync(50)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Whether it ends while so much time passes. */
async function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  let isOver = false
  const end = () => {
    isOver = true
  }
  work.then(end, end)
  for (let passed = 0; passed < ms && !isOver; passed += 50) await pass(50)
  return isOver
}

type Calls = Record<string, (...parameters: never[]) => unknown>

/** The same, of which one call hangs until it is let go on. */
function hanging<Target extends object>(target: Target, isIt: (name: string, parameters: unknown[]) => boolean) {
  let meet = () => {}
  let letGo = () => {}
  const met = new Promise<void>((resolve) => {
    meet = resolve
  })
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  let isMet = false
  const proxy = new Proxy(target, {
    get(_, name) {
      const member = (target as unknown as Calls)[name as string]
      if (typeof member !== 'function') return member
      return (...parameters: never[]) => {
        if (isMet || !isIt(String(name), parameters)) return member.apply(target, parameters)
        isMet = true
        meet()
        return gate.then(() => member.apply(target, parameters))
      }
    },
  })
  return { proxy, met, letGo }
}

/** A record store that counts how often leases are renewed. */
function countingRecords() {
  const records = new MemoryRecordStore()
  const renew = records.renew.bind(records)
  let renewals = 0
  records.renew = (...parameters) => {
    renewals++
    return renew(...parameters)
  }
  return { records, renewals: () => renewals }
}

const isManifest = (key: unknown) => String(key).endsWith('/record.json')
const isReservation = (key: unknown) => String(key).endsWith('/reserved')

const reads = operation(async (run) => {
  const source = await run.use(Inputs).open(file('a'))
  await source.close()
  return writeText(run, 'x')
})

type Options = Omit<DataLabOptions, 'operations'>

/** Where an attempt can hang, each on its way to a result. */
const PLACES: Record<string, () => { options: Options; met: Promise<void> }> = {
  'taking its number': () => ofStorage((name, [key]) => name === 'put' && isReservation(key)),
  'looking for a result': () => {
    // The submission looks first.
    let looks = 0
    return ofStorage((name, [key]) => name === 'head' && isManifest(key) && ++looks > 1)
  },
  'writing an output': () => ofStorage((name, [key]) => name === 'put' && String(key).endsWith('.txt')),
  'giving back its number': () => ofStorage((name, [key]) => name === 'delete' && isReservation(key)),
  committing: () => ofStorage((name, [key]) => name === 'put' && isManifest(key)),
  'opening a file': () => ofSource((name) => name === 'open'),
  'verifying its inputs': () => {
    let looks = 0
    return ofSource((name) => name === 'identify' && ++looks > 1)
  },
}

function ofStorage(isIt: (name: string, parameters: unknown[]) => boolean) {
  const { proxy, met } = hanging(new MemoryStorage(), isIt)
  return { options: { storage: proxy, sources: [new MemorySource(['a'])] }, met }
}

function ofSource(isIt: (name: string) => boolean) {
  const { proxy, met } = hanging(new MemorySource(['a']) as FileSource, isIt)
  return { options: { sources: [proxy] }, met }
}

describe.each(Object.keys(PLACES))('an attempt that hangs while it is %s', (place) => {
  async function hung(timeLimit: number) {
    noUnhandledRejections()
    const { options, met } = (PLACES[place] as (typeof PLACES)[string])()
    const { records, renewals } = countingRecords()
    const host = lab({ operations: [reads], records, timeLimit, leaseMs: 300, ...options })
    const job = await host.submit(reads, { files: [file('a')] })
    expect(await endsWithin(1000, met)).toBe(true)
    return { host, job, records, renewals }
  }

  test('ends by its time limit, and its lease with it', async () => {
    const { job, records, renewals } = await hung(5)
    await pass(4000)
    expect((await records.get(job.key))?.status).toBe('IN_PROGRESS')
    expect(renewals()).toBeGreaterThan(5)
    await pass(1000 + BOUND_MS)
    expect(await records.get(job.key)).toMatchObject({ status: 'FAILED', error: { code: 'DATALAB_TIMEOUT' } })
    const before = renewals()
    await pass(2000)
    expect(renewals()).toBe(before)
  })

  test('is cancelled', async () => {
    const { job, records } = await hung(3600)
    expect(await endsWithin(BOUND_MS, job.cancel())).toBe(true)
    expect((await records.get(job.key))?.status).toBe('CANCELLED')
  })

  test('does not keep its host from closing', async () => {
    const { host, job, records } = await hung(3600)
    expect(await endsWithin(BOUND_MS, host.close())).toBe(true)
    expect((await records.get(job.key))?.status).toBe('CANCELLED')
  })
})

describe('a commit that hangs past the end of its attempt', () => {
  async function late() {
    const storage = new MemoryStorage()
    const { proxy, met, letGo } = hanging(storage, (name, [key]) => name === 'put' && isManifest(key))
    let runs = 0
    const Op = operation((run) => writeText(run, `run ${++runs}`))
    const records = new MemoryRecordStore()
    const host = lab({ operations: [Op], storage: proxy, records, timeLimit: 1 })
    const job = await host.submit(Op, {})
    expect(await endsWithin(1000, met)).toBe(true)
    await pass(1000 + BOUND_MS)
    expect((await records.get(job.key))?.status).toBe('FAILED')
    return { job, storage, letGo, runs: () => runs, again: (force = false) => host.submit(Op, {}, { force }) }
  }

  test('and then comes through is the result that the next one finds, whole', async () => {
    const { job, storage, letGo, runs, again } = await late()
    letGo()
    await pass(100)
    const next = await again()
    expect(await endsWithin(1000, next.result())).toBe(true)
    expect((await next.record()).status).toBe('COMPLETED')
    expect(runs()).toBe(1)
    expect(await keysOf(storage)).toEqual([`${job.key}/1/${job.key}.txt`, `${job.key}/record.json`])
  })

  test('and comes after the next one has committed changes nothing, and leaves nothing', async () => {
    const { job, storage, letGo, again } = await late()
    expect(await endsWithin(1000, (await again()).result())).toBe(true)
    letGo()
    await pass(100)
    expect(await keysOf(storage)).toEqual([`${job.key}/2/${job.key}.txt`, `${job.key}/record.json`])
  })

  test('is no result for who wants another one', async () => {
    const { letGo, runs, again } = await late()
    letGo()
    await pass(100)
    const next = await again(true)
    expect(await endsWithin(3000, next.result())).toBe(true)
    expect(await next.record()).toMatchObject({ status: 'COMPLETED' })
    expect(runs()).toBe(2)
  })
})

describe('what hangs beside an attempt', () => {
  async function completes(job: Job, within: number): Promise<void> {
    expect(await endsWithin(within, job.result())).toBe(true)
    expect((await job.record()).status).toBe('COMPLETED')
  }

  test('the look at the storage before it: it is cancelled all the same', async () => {
    const { proxy, met } = hanging(new MemoryStorage(), (name) => name === 'list')
    const Op = operation(() => undefined)
    const job = await lab({ operations: [Op], storage: proxy }).submit(Op, {})
    expect(await endsWithin(100, met)).toBe(true)
    expect(await endsWithin(BOUND_MS, job.cancel())).toBe(true)
  })

  test('the look at the storage before it: it is run all the same', async () => {
    const { proxy } = hanging(new MemoryStorage(), (name) => name === 'list')
    const Op = operation(() => undefined)
    const job = await lab({ operations: [Op], storage: proxy }).submit(Op, {})
    await completes(job, 31_000)
  })

  test('a file that does not close: it is told, and changes nothing', async () => {
    const source = new MemorySource(['a'])
    const open = source.open.bind(source)
    source.open = async (reference) => ({ ...(await open(reference)), close: () => new Promise(() => {}) })
    const Op = operation(async (run) => {
      await run.use(Inputs).open(file('a'))
      return undefined
    })
    const { log, lines } = memoryLog()
    const job = await lab({ operations: [Op], sources: [source], log }).submit(Op, { files: [file('a')] })
    await completes(job, 3000)
    expect(lines).toMatchObject([{ level: 'warn', message: 'what a run had open is left behind' }])
  })

  test('the deletion of what it leaves: it fails with its own reason', async () => {
    const { proxy } = hanging(new MemoryStorage(), (name) => name === 'delete')
    const Op = operation(async (run) => {
      await writeText(run, 'x')
      return run.setFailed('Crop them first.')
    })
    const job = await lab({ operations: [Op], storage: proxy }).submit(Op, {})
    expect(await endsWithin(3000, job.result())).toBe(true)
    expect((await job.record()).message).toBe('Crop them first.')
  })

  test('the deletion of what earlier attempts left: the result stands', async () => {
    const storage = new MemoryStorage()
    const { proxy } = hanging(storage, (name, [keys]) => name === 'delete' && Array.isArray(keys))
    const Op = operation((run) => writeText(run, 'x'))
    const host = lab({ operations: [Op], storage: proxy })
    const { key } = await host.plan(Op, {})
    await storage.put(`${key}/1/left`, new Uint8Array(1))
    await completes(await host.submit(Op, {}), 3000)
  })

  test('a write of its progress: it is given up', async () => {
    const { proxy, met } = hanging(new MemoryRecordStore(), (name) => name === 'update')
    const Op = operation((run) => {
      for (let step = 0; step <= 10; step++) run.setOperationProgress(step / 10)
      return undefined
    })
    const job = await lab({ operations: [Op], records: proxy }).submit(Op, {})
    expect(await endsWithin(100, met)).toBe(true)
    await completes(job, 16_000)
  })

  test('its claim: it is cancelled all the same', async () => {
    const { proxy, met } = hanging(new MemoryRecordStore(), (name) => name === 'claim')
    const Op = operation(() => undefined)
    const job = await lab({ operations: [Op], records: proxy }).submit(Op, {})
    expect(await endsWithin(100, met)).toBe(true)
    expect(await endsWithin(BOUND_MS, job.cancel())).toBe(true)
  })

  test('its claim: one that is answered too late holds up no other', async () => {
    const records = new MemoryRecordStore()
    const { proxy, met, letGo } = hanging(records, (name) => name === 'claim')
    const Op = operation(() => undefined)
    const host = lab({ operations: [Op], records: proxy, leaseMs: 3600_000 })
    const job = await host.submit(Op, {})
    expect(await endsWithin(100, met)).toBe(true)
    await pass(31_000)
    letGo()
    await pass(100)
    expect(await records.get(job.key)).toMatchObject({ status: 'PENDING', attempt: 1 })
    await host.submit(Op, {})
    await completes(job, 1000)
  })
})
