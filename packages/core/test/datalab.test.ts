import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createDataLab, InlineExecutor, type Job, MemoryRecordStore, MemoryStorage, register } from '../src/index.js'
import {
  endless,
  file,
  held,
  keysOf,
  lab,
  MemorySource,
  operation,
  rejection,
  temporaryFolder,
  textOf,
  writesText,
  writeText,
} from './lab.js'

describe('single flight', () => {
  test('100 submissions at once are one run, and get equal answers', async () => {
    const { op, release, runs } = held()
    const host = lab({ operations: [op] })
    const jobs = await Promise.all(Array.from({ length: 100 }, () => host.submit(op, { text: 'x' })))
    release()
    const outputs = await Promise.all(jobs.map((job) => job.result()))
    expect(runs()).toBe(1)
    expect(new Set(outputs.map((output) => JSON.stringify(output))).size).toBe(1)
    expect(jobs.map(({ cached }) => cached)).not.toContain(true)
  })

  test('99 of 100 cancel, and one gets its result', async () => {
    const { op, begun, release, runs } = held()
    const host = lab({ operations: [op] })
    const jobs = await Promise.all(Array.from({ length: 100 }, () => host.submit(op, {})))
    await begun
    const [kept, ...others] = jobs as [Job, ...Job[]]
    const answers = others.map((job) => rejection(job.result()))
    await Promise.all(others.map((job) => job.cancel()))
    expect((await Promise.all(answers)).every(({ code }) => code === 'DATALAB_ABORTED')).toBe(true)
    release()
    expect((await kept.result()).output_files).toHaveLength(1)
    expect(runs()).toBe(1)
  })

  test('different inputs are different jobs', async () => {
    const Op = operation(writesText)
    const host = lab({ operations: [Op] })
    const [a, b] = await Promise.all([host.submit(Op, { text: 'a' }), host.submit(Op, { text: 'b' })])
    expect(a.key).not.toBe(b.key)
  })
})

test('each submission is kept with who sent it, and what', async () => {
  const { op, release } = held()
  const records = new MemoryRecordStore()
  const host = lab({ operations: [op], records, sources: [new MemorySource(['a'])] })
  const first = await host.submit(op, { files: [file('a', { layer: 7 })] }, { principal: { id: 'ann', token: 1 } })
  await host.submit(op, { files: [file('a')] })
  expect(await records.submissions(first.key)).toMatchObject([
    { principal: { id: 'ann', token: 1 }, inputs: { files: [{ ...file('a'), layer: 7 }] } },
    { principal: { id: 'local' }, inputs: { files: [file('a')] } },
  ])
  expect((await first.record()).inputs).toEqual({ files: [file('a')] })
  release()
  await first.result()
})

describe('a second submission', () => {
  test('is answered from the cache', async () => {
    let runs = 0
    const Op = operation((run) => {
      runs++
      return writesText(run)
    })
    const host = lab({ operations: [Op] })
    const first = await host.submit(Op, {})
    const output = await first.result()
    const second = await host.submit('test', {})
    expect(second.cached).toBe(true)
    expect(await second.result()).toEqual(output)
    expect(await second.record()).toMatchObject({ cached: true, status: 'COMPLETED' })
    expect(await host.plan(Op, {})).toMatchObject({ key: first.key, cached: true, reason: 'Its result is there.' })
    expect(runs).toBe(1)
  })

  test('with force runs again, and replaces the manifest', async () => {
    const storage = new MemoryStorage()
    let runs = 0
    const Op = operation((run) => writeText(run, `run ${++runs}`))
    const host = lab({ operations: [Op], storage })
    const { key } = await host.submit(Op, {})
    await (await host.submit(Op, {})).result()
    expect(await host.plan(Op, {}, { force: true })).toMatchObject({ cached: false })
    const job = await host.submit(Op, {}, { force: true })
    expect(await job.result()).toMatchObject({ output_files: [{ txt_url: `memory:${key}/2/${key}.txt` }] })
    expect(JSON.parse(await textOf(storage, `${key}/record.json`))).toMatchObject({ attempt: 2 })
    expect(await textOf(storage, `${key}/2/${key}.txt`)).toBe('run 2')
    expect((await keysOf(storage)).filter((name) => name.endsWith('reserved'))).toEqual([])
  })

  test('runs again when objects of the result are gone', async () => {
    const storage = new MemoryStorage()
    let runs = 0
    const Op = operation((run) => writeText(run, `run ${++runs}`))
    const host = lab({ operations: [Op], storage })
    const { key } = await host.submit(Op, {})
    await (await host.submit(Op, {})).result()
    await storage.delete(`${key}/1/${key}.txt`)
    expect(await host.plan(Op, {})).toMatchObject({
      cached: false,
      reason: 'It was run before, but objects of its result are gone.',
    })
    const again = await host.submit(Op, {})
    expect(again.cached).toBe(false)
    await again.result()
    expect(runs).toBe(2)
    expect((await host.submit(Op, {})).cached).toBe(true)
  })

  test('forgets records of ended jobs when their time is over, and finds their results', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval'], now: new Date('2026-01-01') })
    onTestFinished(() => void vi.useRealTimers())
    const Op = operation(writesText)
    const records = new MemoryRecordStore()
    const host = lab({ operations: [Op], records, recordLife: 2 })
    const job = await host.submit(Op, {})
    await job.result()
    await vi.advanceTimersByTimeAsync(47 * 3600_000)
    expect(await records.get(job.key)).toBeDefined()
    await vi.advanceTimersByTimeAsync(2 * 3600_000)
    await expect.poll(() => records.get(job.key), { interval: 1 }).toBeUndefined()
    expect((await host.submit(Op, {})).cached).toBe(true)
  })

  test.each(['leaseMs', 'recordLife', 'timeLimit'])('refuses a %s that is none', (option) => {
    for (const value of [0, -1, Number.NaN])
      expect(() => lab({ operations: [], [option]: value })).toThrow(`The option '${option}' must be`)
  })

  test.each<[string, unknown, string]>([
    ['operations', writesText, "The option 'operations' must be a list, not of the type function"],
    ['services', {}, "The option 'services' must be a list, not of the type object"],
    ['services', [() => {}], "The option 'services' has something of the type function that is none of them; call"],
    ['sources', [undefined], "The option 'sources' has something of the type undefined that is none of them"],
  ])('refuses %s that are none: %j', (option, value, message) => {
    expect(() => lab({ operations: [], [option]: value })).toThrow(message)
  })

  test('finds a result whose record was forgotten', async () => {
    const storage = new MemoryStorage()
    const Op = operation(writesText)
    const first = await lab({ operations: [Op], storage }).submit(Op, {})
    const output = await first.result()
    const host = lab({ operations: [Op], storage })
    expect((await host.get(first.key))?.status).toBe('COMPLETED')
    const second = await host.submit(Op, {})
    expect(second.cached).toBe(true)
    expect(await second.result()).toEqual(output)
  })
})

describe('the host', () => {
  test('tells its operations', () => {
    const Op = operation(writesText)
    const host = lab({ operations: [Op] })
    expect(host.operations()).toEqual([Op.info])
    expect(host.operation('test')).toBe(Op.info)
    expect(Object.keys(host.wizardDescriptions())).toEqual(['Test'])
    expect(() => host.operation('other')).toThrow('There is no operation')
  })

  test('offers what is in the default registry when it starts', async () => {
    register(operation(writesText, { id: '@test/before', name: 'Before' }))
    const host = createDataLab({ scratch: temporaryFolder() })
    register(operation(writesText, { id: '@test/late', name: 'Late' }))
    expect(host.operation('before').id).toBe('@test/before')
    expect(() => host.operation('late')).toThrow()
    await host.close()
  })

  test.each(['nothing', '', '../../etc/passwd', 'a\0b', '0'.repeat(64)])('knows no record of %j', async (key) => {
    expect(await lab({ operations: [] }).get(key)).toBeUndefined()
  })

  test('refuses what it does not offer', async () => {
    const host = lab({ operations: [] })
    expect(await rejection(host.submit('Median', {}))).toMatchObject({
      code: 'DATALAB_OPERATION_UNKNOWN',
      audience: 'user',
    })
    expect(await rejection(host.submit(operation(writesText), {}))).toMatchObject({ code: 'DATALAB_OPERATION_UNKNOWN' })
  })

  test('plan says what would be, and does nothing', async () => {
    const storage = new MemoryStorage()
    const { op, begun, release } = held()
    const host = lab({ operations: [op], storage })
    expect(await host.plan('test', { text: 'x' })).toMatchObject({
      inputs: { text: 'x' },
      cached: false,
      reason: 'It was not run before.',
    })
    expect(await keysOf(storage)).toEqual([])
    const job = await host.submit(op, { text: 'x' })
    await begun
    expect((await host.plan(op, { text: 'x' })).reason).toBe('It is under way.')
    release()
    await job.result()
    expect(await rejection(host.plan(op, { other: 1 }))).toMatchObject({ code: 'DATALAB_INPUT_INVALID' })
  })

  test('closes: what runs and what waits is cancelled, and nothing more is accepted', async () => {
    const { op, begun } = endless()
    const storage = new MemoryStorage()
    const scratch = temporaryFolder()
    const host = lab({ operations: [op], storage, scratch, executor: new InlineExecutor({ concurrency: 1 }) })
    const jobs = [await host.submit(op, { text: 'runs' }), await host.submit(op, { text: 'waits' })]
    const answers = jobs.map((job) => rejection(job.result()))
    await begun
    await host.close()
    await host.close()
    expect(await Promise.all(answers)).toMatchObject([
      { message: 'the host was closed' },
      { message: 'the host was closed' },
    ])
    expect(await keysOf(storage)).toEqual([])
    expect(await rejection(host.submit(op, {}))).toMatchObject({ code: 'DATALAB_CLOSED' })
    expect(await rejection(host.plan(op, {}))).toMatchObject({ code: 'DATALAB_CLOSED' })
  })

  test('a submission that the executor does not take is not left waiting', async () => {
    const Op = operation(writesText)
    const executor = new InlineExecutor()
    const records = new MemoryRecordStore()
    const host = lab({ operations: [Op], executor, records })
    await executor.close()
    expect(await rejection(host.submit(Op, {}))).toMatchObject({ code: 'DATALAB_CLOSED' })
    expect((await records.list()).records.map(({ status }) => status)).toEqual(['CANCELLED'])
  })
})
