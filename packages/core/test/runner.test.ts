import { describe, expect, test } from 'vitest'
import { type Lease, MemoryRecordStore, MemoryStorage, type StoredRecord } from '../src/index.js'
import {
  countingStorage,
  deferred,
  down,
  keysOf,
  lab,
  memoryLog,
  noUnhandledRejections,
  operation,
  rejection,
  textOf,
  writesText,
  writeText,
} from './lab.js'

const twoFiles = operation(async (run) => [...(await writeText(run, 'one', 0)), ...(await writeText(run, 'two', 1))])

const once = { retry: { retries: 0 } }

describe('a storage that fails', () => {
  // A reservation, two objects, the manifest.
  test.each([0, 1, 2, 3])('at put %i: the run fails, and leaves nothing', async (index) => {
    noUnhandledRejections()
    const { storage, inner } = countingStorage(['put'], async (call, _, proceed) => {
      if (call === index) throw down()
      return proceed()
    })
    const { log, lines } = memoryLog()
    const host = lab({ operations: [twoFiles], storage, log, ...once })
    const job = await host.submit(twoFiles, {})
    const { reference } = (await rejection(job.result())).details as { reference: string }
    expect(await job.record()).toMatchObject({ status: 'FAILED', error: { code: 'STORAGE_UNAVAILABLE', reference } })
    expect(lines.some(({ facts }) => facts.reference === reference)).toBe(true)
    expect(await keysOf(inner)).toEqual([])
    const again = await host.submit(twoFiles, {})
    expect((await again.result()).output_files).toHaveLength(2)
    expect(await keysOf(inner)).toHaveLength(3)
  })

  test('puts four objects in a clean run', async () => {
    const { storage, calls } = countingStorage(['put'], (_, __, proceed) => proceed())
    await (await lab({ operations: [twoFiles], storage }).submit(twoFiles, {})).result()
    expect(calls()).toBe(4)
  })

  test.each([0, 1])(
    'at any call at all, with %i retries: what is there afterwards is a whole result or none',
    async (retries) => {
      noUnhandledRejections()
      const clean = countingStorage(['put', 'open', 'head', 'delete', 'list'], (_, __, proceed) => proceed())
      await (await lab({ operations: [twoFiles], storage: clean.storage }).submit(twoFiles, {})).result()
      for (let index = 0; index < clean.calls(); index++) {
        const { storage, inner } = countingStorage(
          ['put', 'open', 'head', 'delete', 'list'],
          async (call, _, proceed) => {
            if (call === index) throw down()
            return proceed()
          },
        )
        const host = lab({ operations: [twoFiles], storage, retry: { retries, minDelayMs: 1 } })
        const submitted = await host.submit(twoFiles, {}).catch(() => undefined)
        const output = await submitted?.result().catch(() => undefined)
        if (retries > 0 && submitted !== undefined) expect(output?.output_files).toHaveLength(2)
        const keys = await keysOf(inner)
        if (keys.some((key) => key.endsWith('record.json')))
          expect(keys.filter((key) => key.endsWith('.txt'))).toHaveLength(2)
        const fresh = lab({ operations: [twoFiles], storage: inner })
        expect((await (await fresh.submit(twoFiles, {})).result()).output_files).toHaveLength(2)
      }
      expect(clean.calls()).toBeGreaterThan(6)
    },
  )

  test('for good: the run fails', async () => {
    noUnhandledRejections()
    let isDown = false
    const { storage } = countingStorage(['put', 'open', 'head', 'delete', 'list'], async (_, __, proceed) => {
      if (isDown) throw down()
      return proceed()
    })
    const Op = operation((run) => {
      isDown = true
      return writesText(run)
    })
    const job = await lab({ operations: [Op], storage, ...once }).submit(Op, {})
    expect(await rejection(job.result())).toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
  })
})

describe('a manifest whose answer is lost', () => {
  test('counts when it was written', async () => {
    const { storage, inner } = countingStorage(['put'], async (call, _, proceed) => {
      const answer = await proceed()
      if (call === 3) throw down()
      return answer
    })
    const job = await lab({ operations: [twoFiles], storage }).submit(twoFiles, {})
    expect((await job.result()).output_files).toHaveLength(2)
    expect(await keysOf(inner)).toHaveLength(3)
  })

  test.each([0, 1])(
    'and that cannot be read either keeps its objects, and is taken up after %i retries',
    async (retries) => {
      let isDown = false
      let isLost = false
      let runs = 0
      const { storage, inner } = countingStorage(
        ['put', 'open', 'head', 'delete', 'list'],
        async (_, method, proceed) => {
          if (isDown) throw down()
          const answer = await proceed()
          if (!isLost && method === 'put' && (await keysOf(inner)).some((key) => key.endsWith('record.json'))) {
            isLost = true
            isDown = true
            throw down()
          }
          return answer
        },
      )
      const Op = operation((run) => {
        runs++
        return writesText(run)
      })
      const { log, lines } = memoryLog()
      const error = (facts: Record<string, unknown>, message: string) => {
        log.error(facts, message)
        // From here on only the retry is left.
        if (retries > 0) isDown = false
      }
      const host = lab({ operations: [Op], storage, log: { ...log, error }, retry: { retries, minDelayMs: 1 } })
      const job = await host.submit(Op, {})
      if (retries === 0) {
        await rejection(job.result())
        expect((await job.record()).status).toBe('FAILED')
        isDown = false
      }
      const again = await host.submit(Op, {})
      expect((await again.result()).output_files).toHaveLength(1)
      expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1)
      expect(runs).toBe(1)
      expect(await keysOf(inner)).toEqual([`${job.key}/1/${job.key}.txt`, `${job.key}/record.json`])
    },
  )
})

test('clearing up that fails after the commit does not undo it', async () => {
  let isCommitted = false
  const { storage, inner } = countingStorage(['put', 'delete', 'list'], async (_, method, proceed) => {
    if (isCommitted && method !== 'put') throw down()
    const answer = await proceed()
    isCommitted = (await inner.list('')).objects.some(({ key }) => key.endsWith('record.json'))
    return answer
  })
  const { log, lines } = memoryLog()
  const host = lab({ operations: [twoFiles], storage, log })
  const { key } = await host.plan(twoFiles, {})
  await inner.put(`${key}/1/of-a-dead-attempt`, new Uint8Array())
  const job = await host.submit(twoFiles, {})
  expect((await job.result()).output_files).toHaveLength(2)
  expect(await keysOf(inner)).toHaveLength(4)
  expect(lines).toMatchObject([{ level: 'warn', message: 'objects of earlier attempts were left behind' }])
})

test('when another writer commits first, its result is taken, and what was made here goes', async () => {
  const storage = new MemoryStorage()
  const gate = deferred()
  const begun = deferred()
  const Slow = operation(async (run) => {
    begun.resolve()
    await gate.promise
    return writeText(run, 'slow')
  })
  const Quick = operation((run) => writeText(run, 'quick'))
  const slow = await lab({ operations: [Slow], storage }).submit(Slow, {})
  await begun.promise
  const quick = await lab({ operations: [Quick], storage }).submit(Quick, {})
  const output = await quick.result()
  gate.resolve()
  expect(slow.key).toBe(quick.key)
  expect(await slow.result()).toEqual(output)
  const keys = await keysOf(storage)
  expect(keys.filter((key) => key.endsWith('.txt'))).toHaveLength(1)
  expect(await textOf(storage, keys[0] as string)).toBe('quick')
  expect((await slow.record()).output).toEqual(output)
})

test('what crashed attempts left behind goes with the next result', async () => {
  const storage = new MemoryStorage()
  const Op = operation(writesText)
  const host = lab({ operations: [Op], storage })
  const { key } = await host.plan(Op, {})
  await storage.put(`${key}/1/reserved`, new Uint8Array())
  await storage.put(`${key}/4/${key}.txt`, new Uint8Array(1))
  const job = await host.submit(Op, {})
  await job.result()
  expect(await keysOf(storage)).toEqual([`${key}/5/${key}.txt`, `${key}/record.json`])
  expect((await job.record()).attempt).toBe(5)
})

describe('a manifest that is none', () => {
  const valid = (key: string): StoredRecord => ({
    version: 1,
    key,
    operation: { id: '@test/op', name: 'Test', revision: 1 },
    inputs: {},
    status: 'COMPLETED',
    attempt: 1,
    progress: 1,
    message: null,
    warnings: [],
    error: null,
    created: '2026-01-01T00:00:00.000Z',
    updated: '2026-01-01T00:00:00.000Z',
    started: null,
    ended: null,
    history: [],
    retries: 0,
    deaths: 0,
    notBefore: null,
    outdated: 0,
    output: {},
    provenance: { key, operation: { id: '@test/op', name: 'Test', revision: 1 }, services: {}, inputs: {} },
  })
  const fileOf = (objects: unknown) => ({ basename: 'x', source: 'datalab', type: 'fits', objects, sizes: {} })

  async function afterManifest(text: (key: string) => string) {
    const storage = new MemoryStorage()
    let runs = 0
    const Op = operation((run) => {
      runs++
      return writesText(run)
    })
    const host = lab({ operations: [Op], storage })
    const { key } = await host.plan(Op, {})
    await storage.put(`${key}/record.json`, new TextEncoder().encode(text(key)))
    const found = await host.get(key)
    const job = await host.submit(Op, {})
    await job.result()
    expect(JSON.parse(await textOf(storage, `${key}/record.json`))).toMatchObject({ status: 'COMPLETED', key })
    return { found, runs }
  }

  test('the one these stand for is one', async () => {
    const { found, runs } = await afterManifest((key) => JSON.stringify(valid(key)))
    expect(found).toMatchObject({ status: 'COMPLETED', output: {} })
    expect(runs).toBe(0)
  })

  test.each<[string, (key: string) => string]>([
    ['nothing', () => ''],
    ['half of one', (key) => JSON.stringify(valid(key)).slice(0, 300)],
    ['null', () => 'null'],
    ['a list', () => '[]'],
    ['bytes that are no text', () => '\u0000\ufffd'],
    [
      'an output of an input that is none',
      (key) =>
        JSON.stringify({
          ...valid(key),
          output: { output_files: [{ ...fileOf({ fits: `${key}/1/x.fits` }), input: 'a' }] },
        }),
    ],
    ['another job', (key) => JSON.stringify({ ...valid(key), key: 'other' })],
    ['another version', (key) => JSON.stringify({ ...valid(key), version: 2 })],
    ['one that failed', (key) => JSON.stringify({ ...valid(key), status: 'FAILED' })],
    ['one without output', (key) => JSON.stringify({ ...valid(key), output: undefined })],
    ['one with output null', (key) => JSON.stringify({ ...valid(key), output: null })],
    ['one with the bare minimum', (key) => JSON.stringify({ version: 1, key, status: 'COMPLETED' })],
    ['warnings that are no list', (key) => JSON.stringify({ ...valid(key), warnings: 'x' })],
    ['files that are no list', (key) => JSON.stringify({ ...valid(key), output: { output_files: {} } })],
    ['a file that is null', (key) => JSON.stringify({ ...valid(key), output: { output_files: [null] } })],
    [
      'objects of another job',
      (key) => JSON.stringify({ ...valid(key), output: { output_files: [fileOf({ fits: 'other/1/a.fits' })] } }),
    ],
    [
      'objects outside',
      (key) => JSON.stringify({ ...valid(key), output: { output_files: [fileOf({ fits: `${key}/../other/a` })] } }),
    ],
    [
      'objects that are no texts',
      (key) => JSON.stringify({ ...valid(key), output: { output_files: [fileOf({ fits: 5 })] } }),
    ],
    [
      'objects that are not there',
      (key) => JSON.stringify({ ...valid(key), output: { output_files: [fileOf({ fits: `${key}/1/a.fits` })] } }),
    ],
  ])('%s is run over', async (_, text) => {
    const { found, runs } = await afterManifest(text)
    expect(found).toBeUndefined()
    expect(runs).toBe(1)
  })
})

describe('a lease', () => {
  test('that is lost ends the run, which leaves nothing and changes nothing', async () => {
    let time = 0
    const records = new MemoryRecordStore({ now: () => time })
    const storage = new MemoryStorage()
    const begun = deferred()
    const gate = deferred()
    const Op = operation(async (run) => {
      await writeText(run, 'stale')
      begun.resolve()
      await gate.promise
      return run.setFailed('the stale one failed')
    })
    const job = await lab({ operations: [Op], storage, records }).submit(Op, {})
    await begun.promise
    time += 60_000
    const { lease } = await records.claim(job.key, 'another', { leaseMs: 5000 })
    expect(lease?.attempt).toBe(2)
    gate.resolve()
    await new Promise<void>((resolve) => setImmediate(resolve))
    expect(await job.record()).toMatchObject({ status: 'IN_PROGRESS', attempt: 2, message: null })
    expect(await keysOf(storage)).toEqual([])
    await records.update(lease as Lease, { status: 'FAILED', error: { code: 'X', message: 'x' } })
    await rejection(job.result())
  })
})

test('a store that fails at the end is logged, and takes nothing down', async () => {
  noUnhandledRejections()
  const records = new MemoryRecordStore()
  const { log, lines } = memoryLog()
  const logged = deferred()
  const update = records.update.bind(records)
  records.update = async (lease, change) => {
    if (change.status === 'COMPLETED') throw new Error('store down')
    return update(lease, change)
  }
  const Op = operation(writesText)
  const error = (facts: Record<string, unknown>, message: string) => {
    log.error(facts, message)
    logged.resolve()
  }
  await lab({ operations: [Op], records, log: { ...log, error } }).submit(Op, {})
  await logged.promise
  expect(lines).toMatchObject([{ level: 'error', message: 'a run could not be recorded' }])
})
