import { readdirSync } from 'node:fs'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  DataLabError,
  InlineExecutor,
  type Job,
  type JobRecord,
  MemoryRecordStore,
  MemoryStorage,
  type OutputFile,
  Outputs,
} from '../src/index.js'
import { deferred, endless, held, keysOf, lab, operation, rejection, temporaryFolder, writesText } from './lab.js'

describe('cancelling', () => {
  test('the only submission ends the run, and leaves nothing', async () => {
    const { op, begun } = endless()
    const storage = new MemoryStorage()
    const scratch = temporaryFolder()
    const job = await lab({ operations: [op], storage, scratch }).submit(op, {})
    const answer = rejection(job.result())
    await begun
    await job.cancel()
    expect(await answer).toMatchObject({ code: 'DATALAB_ABORTED', name: 'AbortError' })
    expect(await job.record()).toMatchObject({ status: 'CANCELLED', output: null, error: { code: 'DATALAB_ABORTED' } })
    expect(await keysOf(storage)).toEqual([])
    expect(readdirSync(scratch)).toEqual([])
    await job.cancel()
  })

  test('a run that waits never begins', async () => {
    const { op, begun, release } = held()
    let runs = 0
    const Other = operation(
      () => {
        runs++
        return undefined
      },
      { id: 'other', name: 'Other' },
    )
    const storage = new MemoryStorage()
    const host = lab({ operations: [op, Other], storage, executor: new InlineExecutor({ concurrency: 1 }) })
    const first = await host.submit(op, {})
    await begun
    const job = await host.submit(Other, {})
    await job.cancel()
    expect((await job.record()).status).toBe('CANCELLED')
    release()
    await first.result()
    expect(runs).toBe(0)
    expect((await keysOf(storage)).filter((key) => key.startsWith(job.key))).toEqual([])
  })

  test('what is submitted while a cancelled run still ends is run afresh', async () => {
    const begun = deferred()
    const gate = deferred()
    let runs = 0
    const Op = operation(async (run) => {
      if (++runs > 1) return writesText(run)
      begun.resolve()
      await gate.promise
      run.signal.throwIfAborted()
      return []
    })
    const storage = new MemoryStorage()
    const host = lab({ operations: [Op], storage })
    const first = await host.submit(Op, {})
    await begun.promise
    const cancelled = first.cancel()
    const second = await host.submit(Op, {})
    gate.resolve()
    await cancelled
    expect((await second.result()).output_files).toHaveLength(1)
    expect(await second.record()).toMatchObject({ attempt: 2, history: [{ attempt: 1, status: 'CANCELLED' }] })
    expect(await keysOf(storage)).toEqual([`${second.key}/2/${second.key}.txt`, `${second.key}/record.json`])
  })

  test('what has ended changes nothing', async () => {
    const Op = operation(writesText)
    const job = await lab({ operations: [Op] }).submit(Op, {})
    await job.result()
    await job.cancel()
    expect((await job.record()).status).toBe('COMPLETED')
    expect((await job.result()).output_files).toHaveLength(1)
  })
})

describe('a cancellation', () => {
  test('that is late ends nothing of whoever has asked since', async () => {
    const storage = new MemoryStorage()
    const list = storage.list.bind(storage)
    const asked = deferred()
    const gate = deferred()
    storage.list = async (...parameters) => {
      asked.resolve()
      await gate.promise
      return list(...parameters)
    }
    const host = lab({ operations: [operation(writesText)], storage })
    const first = await host.submit('Test', {}, { principal: { id: 'ada' } })
    await asked.promise
    const cancelled = first.cancel()
    await expect(first.result()).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
    const second = await host.submit('Test', {}, { principal: { id: 'bob' } })
    gate.resolve()
    await cancelled
    expect((await second.result()).output_files).toHaveLength(1)
  })

  test('that the store did not take can be repeated, and is nothing that the handle tells of', async () => {
    const { op, begun, release } = held()
    const records = new MemoryRecordStore()
    const withdraw = records.withdraw.bind(records)
    let refuses = true
    records.withdraw = (...args) =>
      refuses ? Promise.reject(new DataLabError('DATABASE_NEWER', 'It is newer.')) : withdraw(...args)
    const job = await lab({ operations: [op], records }).submit(op, {})
    await begun
    await expect(job.cancel()).rejects.toMatchObject({ code: 'DATABASE_NEWER' })
    expect((await job.record()).status).toBe('IN_PROGRESS')
    refuses = false
    const cancelled = job.cancel()
    release()
    await cancelled
    expect((await job.record()).status).toBe('CANCELLED')
  })

  test('is told by the record too, whatever the run does for others', async () => {
    const { op, begun, release } = held()
    const host = lab({ operations: [op] })
    const [ada, bob] = await Promise.all(['ada', 'bob'].map((id) => host.submit(op, {}, { principal: { id } })))
    await begun
    await ada?.cancel()
    expect((await ada?.record())?.status).toBe('CANCELLED')
    release()
    expect((await bob?.result())?.output_files).toHaveLength(1)
    expect((await ada?.record())?.status).toBe('CANCELLED')
    await expect(ada?.result()).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
  })
})

test('a handle tells how its own round ended, not another one', async () => {
  let runs = 0
  const Op = operation(async (run) => {
    const number = ++runs
    return number < 3 ? run.setFailed(`fault ${number}`) : writesText(run)
  })
  const host = lab({ operations: [Op] })
  const jobs: Job[] = []
  for (let round = 0; round < 3; round++) {
    const job = await host.submit(Op, {})
    jobs.push(job)
    await job.result().catch(() => {})
  }
  expect((await jobs[0]?.record())?.error?.message).toBe('fault 1')
  expect((await jobs[1]?.record())?.error?.message).toBe('fault 2')
  expect((await jobs[2]?.record())?.status).toBe('COMPLETED')
})

describe('events', () => {
  async function all(job: Job): Promise<JobRecord[]> {
    const records: JobRecord[] = []
    for await (const record of job.events) records.push(record)
    return records
  }

  test('begin as it is now, and end as it ended', async () => {
    const { op, begun, release } = held()
    const job = await lab({ operations: [op] }).submit(op, {})
    await begun
    const watching = all(job)
    release()
    const records = await watching
    expect(records[0]?.status).toBe('IN_PROGRESS')
    expect(records.at(-1)?.status).toBe('COMPLETED')
    expect(records.filter(({ status }) => status === 'COMPLETED')).toHaveLength(1)
  })

  test('of what has ended are its end', async () => {
    const Op = operation(writesText)
    const job = await lab({ operations: [Op] }).submit(Op, {})
    await job.result()
    expect((await all(job)).map(({ status }) => status)).toEqual(['COMPLETED'])
  })

  test('progress goes up, for a slow reader too, who gets the last', async () => {
    const Op = operation(async (run) => {
      await run.progress.map(Array.from({ length: 200 }), () => new Promise<void>((resolve) => setImmediate(resolve)))
      return undefined
    })
    const job = await lab({ operations: [Op] }).submit(Op, {})
    const seen: number[] = []
    for await (const { progress } of job.events) {
      seen.push(progress)
      for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
    }
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(seen.at(-1)).toBe(1)
    expect(seen.length).toBeLessThan(50)
  })

  test('mint the URL of an output once while it is partial, and once more at the end', async () => {
    const COUNT = 20
    const Op = operation(async (run) => {
      const files: OutputFile[] = []
      for (let index = 0; index < COUNT; index++) {
        const object = await run.use(Outputs).put('.txt', new Uint8Array(1), { index })
        files.push(run.use(Outputs).file({ type: 'image', objects: [object], index }))
        await run.setOutput([...files])
        // As the reader comes to see each of them.
        await seen.get(index + 1)?.promise
      }
      return files
    })
    const seen = new Map(Array.from({ length: COUNT }, (_, index) => [index + 1, deferred()]))
    const storage = new MemoryStorage()
    const url = vi.spyOn(storage, 'url')
    const job = await lab({ operations: [Op], storage }).submit(Op, {})
    for await (const { output } of job.events) seen.get(output?.output_files?.length ?? 0)?.resolve()
    expect(url).toHaveBeenCalledTimes(2 * COUNT)
  })

  test('a reader who leaves is forgotten', async () => {
    const { op, begun, release } = held()
    const records = new MemoryRecordStore()
    let listeners = 0
    const subscribe = records.subscribe.bind(records)
    records.subscribe = (...parameters) => {
      const leave = subscribe(...parameters)
      listeners++
      return () => {
        listeners--
        leave()
      }
    }
    const job = await lab({ operations: [op], records }).submit(op, {})
    await begun
    for await (const _ of job.events) break
    // The run's own is left: it listens for cancellations.
    expect(listeners).toBe(1)
    release()
    await job.result()
    expect(listeners).toBe(0)
  })

  test('let a reader go who does not wait for the next change', async () => {
    const { op, begun, release } = held()
    const job = await lab({ operations: [op] }).submit(op, {})
    await begun
    const events = job.events[Symbol.asyncIterator]()
    await events.next()
    const waiting = events.next()
    await events.return?.()
    expect(await waiting).toEqual({ done: true, value: undefined })
    release()
    await job.result()
  })

  test('end also where the store tells of nothing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const records = new MemoryRecordStore()
    records.subscribe = () => () => {}
    const { op, begun, release } = held()
    const job = await lab({ operations: [op], records }).submit(op, {})
    await begun
    const seen: string[] = []
    const watching = (async () => {
      for await (const { status } of job.events) seen.push(status)
    })()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(seen).toEqual(['IN_PROGRESS'])
    release()
    await vi.advanceTimersByTimeAsync(10_000)
    await watching
    expect(seen).toEqual(['IN_PROGRESS', 'COMPLETED'])
  })

  test('end where nothing can be written of the job any more, a minute later', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    let isFull = false
    const records = new Proxy(new MemoryRecordStore(), {
      get(store, name) {
        const member = Reflect.get(store, name)
        if (typeof member !== 'function') return member
        return (...parameters: unknown[]) => {
          const isWriting = ['claim', 'release', 'renew', 'update'].includes(String(name))
          if (isFull && isWriting) return Promise.reject(new Error('database or disk is full'))
          return member.apply(store, parameters)
        }
      },
    })
    const { op, begun, release } = held()
    const job = await lab({ operations: [op], records }).submit(op, {})
    await begun
    isFull = true
    const start = performance.now()
    let lasted = 0
    const ended = rejection(job.result()).finally(() => {
      lasted = performance.now() - start
    })
    release()
    await vi.advanceTimersByTimeAsync(120_000)
    expect(await ended).toMatchObject({ code: 'DATALAB_RECORDS_UNAVAILABLE', retryable: true })
    expect(lasted).toBeGreaterThan(59_000)
    expect(lasted).toBeLessThan(90_000)
    isFull = false
    const again = job.result()
    await vi.advanceTimersByTimeAsync(30_000)
    expect(await again).toHaveProperty('output_files')
  })

  test('of a job that is forgotten everywhere say so', async () => {
    const gate = deferred()
    const Op = operation(async (run) => {
      await gate.promise
      return run.setFailed('no')
    })
    const records = new MemoryRecordStore()
    const host = lab({ operations: [Op], records })
    const job = await host.submit(Op, {})
    gate.resolve()
    await rejection(job.result())
    await records.expire(new Date(Date.now() + 1000))
    expect(await rejection(job.result())).toMatchObject({ code: 'DATALAB_JOB_FORGOTTEN' })
  })

  test('of a job whose record is forgotten come from its manifest', async () => {
    const Op = operation(writesText)
    const host = lab({ operations: [Op], records: new MemoryRecordStore({ maxEnded: 1 }) })
    const job = await host.submit(Op, { text: 'a' })
    const output = await job.result()
    await (await host.submit(Op, { text: 'b' })).result()
    expect(await job.result()).toEqual(output)
  })
})
