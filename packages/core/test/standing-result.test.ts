import { describe, expect, test } from 'vitest'
import { type DataLab, type Job, MemoryRecordStore, MemoryStorage, Outputs, readAll } from '../src/index.js'
import { deferred, keysOf, lab, operation, rejection, type TestRun } from './lab.js'

async function writesFits(run: TestRun, text: string) {
  const outputs = run.use(Outputs)
  const object = await outputs.put('.fits', new TextEncoder().encode(text))
  return [outputs.file({ type: 'fits', objects: [object] })]
}

/** A job with a result, and an operation whose further runs wait for the test to end them. */
async function world(options = {}) {
  const begun = deferred()
  const gate = deferred<'complete' | 'fail'>()
  let runs = 0
  const Op = operation(async (run) => {
    if (++runs > 1) {
      begun.resolve()
      const aborted = new Promise<never>((_, reject) =>
        run.signal.addEventListener('abort', () => reject(run.signal.reason)),
      )
      if ((await Promise.race([gate.promise, aborted])) === 'fail') run.setFailed('no luck')
    }
    return writesFits(run, `run ${runs}`)
  })
  const Reader = operation(() => undefined, { id: '@test/reader', name: 'Reader' })
  const [storage, records] = [new MemoryStorage(), new MemoryRecordStore()]
  const parts = { operations: [Op, Reader], storage, records, ...options }
  const host = lab(parts)
  const first = await host.submit(Op, {})
  const output = await first.result()
  return {
    Op,
    Reader,
    parts,
    storage,
    records,
    host,
    first,
    output,
    key: first.key,
    begun: begun.promise,
    end: gate.resolve,
  }
}

async function textOf(host: DataLab, basename: string): Promise<string | undefined> {
  const source = await host.open(basename)
  return source && new TextDecoder().decode(await readAll(source, { limit: 100 }))
}

describe('while force has a job run again', () => {
  test('its result is served, and is an input and an answer as before', async () => {
    const { host, Op, Reader, key, output, begun, end } = await world()
    const forced = await host.submit(Op, {}, { force: true })
    await begun
    expect(await textOf(host, key)).toBe('run 1')
    const chained = await host.submit(Reader, { files: [{ source: 'datalab', basename: key }] })
    expect((await chained.record()).status).not.toBe('FAILED')
    await chained.result()
    expect(await host.plan(Op, {})).toMatchObject({ cached: true, reason: 'Its result is there.' })
    const answered = await host.submit(Op, {})
    expect(answered.cached).toBe(true)
    expect(await answered.result()).toEqual(output)
    expect(await answered.record()).toMatchObject({ status: 'COMPLETED', attempt: 1, output })
    expect(await host.get(key)).toMatchObject({ status: 'IN_PROGRESS', attempt: 2, output })
    end('complete')
    await forced.result()
    expect(await textOf(host, key)).toBe('run 2')
    expect(await answered.result()).toEqual(output)
  })

  test('whoever forces it too joins', async () => {
    const { host, Op, begun, end } = await world()
    const one = await host.submit(Op, {}, { force: true })
    await begun
    const other = await host.submit(Op, {}, { force: true })
    end('complete')
    expect(await other.result()).toEqual(await one.result())
    expect(await other.record()).toMatchObject({ attempt: 2, cached: false })
  })
})

describe.each(['fail', 'cancel', 'cancel while it waits'])(
  'a forced attempt that ends without a result (%s)',
  (how) => {
    async function ended() {
      const all = await world()
      if (how === 'cancel while it waits') all.records.claim = async () => ({ waitMs: 60_000 })
      const forced = await all.host.submit(all.Op, {}, { force: true, principal: { id: 'ben' } })
      if (how !== 'cancel while it waits') await all.begun
      if (how === 'fail') all.end('fail')
      else await forced.cancel()
      const error = await rejection(forced.result())
      return { ...all, forced, error }
    }
    const status = how === 'fail' ? 'FAILED' : 'CANCELLED'

    test('takes no result away', async () => {
      const { host, Op, key, output, storage } = await ended()
      expect(await textOf(host, key)).toBe('run 1')
      expect(await host.plan(Op, {})).toMatchObject({ cached: true })
      const again = await host.submit(Op, {})
      expect(again.cached).toBe(true)
      expect(await again.result()).toEqual(output)
      expect(await keysOf(storage)).toEqual([`${key}/1/${key}.fits`, `${key}/record.json`])
    })

    test('is told of by who forced it, and in the history of the job', async () => {
      const { host, forced, error, key, output, Op } = await ended()
      expect(error).toMatchObject(
        how === 'fail' ? { code: 'DATALAB_FAILED', message: 'no luck' } : { name: 'AbortError' },
      )
      expect((await forced.record()).status).toBe(status)
      const found = await host.job(key, { principal: { id: 'ben' }, submission: forced.submission ?? '' })
      if (how === 'fail') expect(await found?.record()).toMatchObject({ status, message: 'no luck' })
      expect(await host.get(key)).toMatchObject({ status, output })
      const isAttempt = !how.endsWith('waits')
      await host.submit(Op, {})
      const record = await host.get(key)
      expect(record).toMatchObject({ status: 'COMPLETED', attempt: 1, output, progress: 1, error: null, cached: true })
      expect(record?.history.map(({ attempt, status }) => `${attempt} ${status}`)).toEqual(
        isAttempt ? [`2 ${status}`] : [],
      )
    })

    test('changes nothing for those who have handles on the result', async () => {
      const { host, first, key, output, Op } = await ended()
      const later = await host.job(key)
      for (const job of [first, await host.submit(Op, {}), later as Job]) {
        expect(await job.result()).toEqual(output)
        expect(await job.record()).toMatchObject({ status: 'COMPLETED' })
      }
    })
  },
)

test('a result that is collected just when it is to be the answer is made anew', async () => {
  const { host, Op, storage, records, parts, key, begun, end } = await world()
  const forced = await host.submit(Op, {}, { force: true })
  await begun
  await forced.cancel()
  end('complete')
  const adopt = records.adopt.bind(records)
  const collector = lab({ ...parts })
  let collected = 0
  records.adopt = async (record) => {
    if (collected++ === 0) await collector.collectGarbage({ resultLife: 0, urlLife: 0 })
    return adopt(record)
  }
  const again = await lab({ ...parts }).submit(Op, {})
  expect(again.cached).toBe(false)
  await again.result()
  expect(await textOf(host, key)).toBe('run 3')
  expect(await keysOf(storage)).toHaveLength(2)
})

test.each([false, true])(
  'the number of an attempt that failed is not given again (result collected: %s)',
  async (isCollected) => {
    const { host, Op, begun, end } = await world()
    const forced = await host.submit(Op, {}, { force: true })
    await begun
    await forced.cancel()
    await host.submit(Op, {})
    end('complete')
    if (isCollected) await host.collectGarbage({ resultLife: 0, urlLife: 0 })
    const again = await host.submit(Op, {}, { force: true })
    await again.result()
    const { attempt, history } = await again.record()
    expect(attempt).toBe(3)
    expect(history.map((one) => `${one.attempt} ${one.status}`)).toEqual(
      isCollected ? [] : ['1 COMPLETED', '2 CANCELLED'],
    )
  },
)

test('a submission that was answered is not withdrawn from what others asked for since', async () => {
  const { host, Op, first, output, begun, end } = await world()
  const forced = await host.submit(Op, {}, { force: true })
  await begun
  await first.cancel()
  expect(await first.result()).toEqual(output)
  end('complete')
  expect((await forced.record()).status).not.toBe('CANCELLED')
  await forced.result()
})

test('a handle on an attempt that failed says so, whatever comes after', async () => {
  let runs = 0
  const begun = deferred()
  const Op = operation(async (run) => {
    if (++runs === 1) run.setFailed('the first one')
    begun.resolve()
    await new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason)))
    return []
  })
  const host = lab({ operations: [Op] })
  const first = await host.submit(Op, {})
  await rejection(first.result())
  const second = await host.submit(Op, {})
  await begun.promise
  expect(await rejection(first.result())).toMatchObject({ code: 'DATALAB_FAILED', message: 'the first one' })
  await second.cancel()
  expect(await rejection(first.result())).toMatchObject({ message: 'the first one' })
  expect(await first.record()).toMatchObject({ status: 'FAILED', attempt: 1 })
})

test('a watcher that hears of nothing but a later attempt learns how its own ended', async () => {
  const { host, Op, records, begun, end } = await world()
  const forced = await host.submit(Op, {}, { force: true })
  await begun
  const tell: ((record: never) => void)[] = []
  records.subscribe = (_, listener) => {
    tell.push(listener as never)
    return () => {}
  }
  const watching = forced.result()
  await expect.poll(() => tell.length, { interval: 1 }).toBe(1)
  end('complete')
  await expect.poll(async () => (await host.get(forced.key))?.status, { interval: 1 }).toBe('COMPLETED')
  await host.submit(Op, {}, { force: true })
  tell[0]?.((await records.get(forced.key)) as never)
  expect(await watching).toMatchObject({ output_files: [{ basename: forced.key }] })
})

test('a result that another store has replaced and collected is found in its place', async () => {
  const { Op, parts, storage, host, key, end } = await world()
  end('complete')
  const other = lab({ ...parts, records: new MemoryRecordStore() })
  await (await other.submit(Op, {}, { force: true })).result()
  await storage.delete(`${key}/1/${key}.fits`)
  expect((await host.plan(Op, {})).cached).toBe(true)
  expect(await textOf(host, key)).toBe('run 2')
  expect(await host.get(key)).toMatchObject({ attempt: 2 })
})

test('how a job ended is told though the storage does not answer', async () => {
  const { host, Op, storage, key, begun, end } = await world()
  const forced = await host.submit(Op, {}, { force: true })
  await begun
  end('fail')
  await rejection(forced.result())
  storage.head = async () => {
    throw new Error('down')
  }
  expect(await host.get(key)).toMatchObject({ status: 'FAILED', attempt: 2 })
})
