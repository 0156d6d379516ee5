import { describe, expect, test } from 'vitest'
import { MemoryStorage } from '../src/index.js'
import {
  deferred,
  endless,
  keysOf,
  lab,
  memoryLog,
  noUnhandledRejections,
  operation,
  rejection,
  writeText,
} from './lab.js'

describe('the time limit', () => {
  const sentence = (seconds: number) =>
    `It took longer than ${seconds} seconds, which is the limit. Try it with fewer or smaller files.`

  test('of the host ends a run, with a sentence, and leaves nothing', async () => {
    const { op } = endless()
    const storage = new MemoryStorage()
    const { log, lines } = memoryLog()
    const job = await lab({ operations: [op], storage, log, timeLimit: 0.01 }).submit(op, {})
    expect(await rejection(job.result())).toMatchObject({ code: 'DATALAB_TIMEOUT', message: sentence(0.01) })
    expect(await job.record()).toMatchObject({
      status: 'FAILED',
      attempt: 1,
      message: sentence(0.01),
      output: null,
      error: { code: 'DATALAB_TIMEOUT' },
      history: [],
    })
    expect(await keysOf(storage)).toEqual([])
    expect(lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('of the operation comes first', async () => {
    const waits = (id: string, time?: number) =>
      operation(
        async () => {
          await new Promise((resolve) => setTimeout(resolve, 30))
          return undefined
        },
        { id, name: id, ...(time === undefined ? {} : { limits: { time } }) },
      )
    const [Short, Long] = [waits('short', 0.01), waits('long', 10)]
    const strict = lab({ operations: [Long], timeLimit: 0.01 })
    expect(await (await strict.submit(Long, {})).result()).toEqual({})
    const lenient = lab({ operations: [Short], timeLimit: 10 })
    const job = await lenient.submit(Short, {})
    expect(await rejection(job.result())).toMatchObject({ code: 'DATALAB_TIMEOUT', message: sentence(0.01) })
  })

  test.each([Number.POSITIVE_INFINITY, 30 * 86_400])('of %d seconds ends nothing at once', async (timeLimit) => {
    const Op = operation(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return undefined
    })
    expect(await (await lab({ operations: [Op], timeLimit }).submit(Op, {})).result()).toEqual({})
  })
})

describe('an operation that ignores its signal', () => {
  /** An operation that goes on until the test lets it end. */
  function deaf() {
    const begun = deferred()
    const gate = deferred()
    const late = deferred<unknown>()
    const op = operation(async (run) => {
      await writeText(run, 'partial', 0)
      begun.resolve()
      await gate.promise
      late.resolve(await writeText(run, 'late', 1).catch((error) => error))
      throw new Error('nobody hears this')
    })
    return { op, begun: begun.promise, release: gate.resolve, late: late.promise }
  }

  test('is left to itself after two seconds, and writes nothing any more', async () => {
    noUnhandledRejections()
    const { op, release, late } = deaf()
    const storage = new MemoryStorage()
    const job = await lab({ operations: [op], storage, timeLimit: 0.01 }).submit(op, {})
    const from = performance.now()
    expect(await rejection(job.result())).toMatchObject({ code: 'DATALAB_TIMEOUT' })
    expect(performance.now() - from).toBeGreaterThan(1900)
    expect(performance.now() - from).toBeLessThan(2900)
    release()
    expect(await late).toMatchObject({ code: expect.stringMatching(/^DATALAB_/) })
    expect(await keysOf(storage)).toEqual([])
    expect((await job.record()).status).toBe('FAILED')
  })

  test('but ends within them is ended by the reason of its signal', async () => {
    noUnhandledRejections()
    const { op, begun, release } = deaf()
    const storage = new MemoryStorage()
    const job = await lab({ operations: [op], storage, timeLimit: 0.05 }).submit(op, {})
    const answer = rejection(job.result())
    await begun
    setTimeout(release, 70)
    expect(await answer).toMatchObject({ code: 'DATALAB_TIMEOUT' })
    expect(await keysOf(storage)).toEqual([])
  })
})
