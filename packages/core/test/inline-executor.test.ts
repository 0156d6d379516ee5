import { describe, expect, test } from 'vitest'
import type { RunAnswer, Runner, RunTicket } from '../src/executor.js'
import { InlineExecutor } from '../src/inline-executor.js'
import { silentLogger } from '../src/logger.js'
import { deferred } from './lab.js'

const ticket = (key: string, priority = 0): RunTicket => ({ key, operationId: 'x', priority })

/** A runner whose runs begin and end when the test says so. */
function staged() {
  const begun: string[] = []
  const gates = new Map<string, ReturnType<typeof deferred<RunAnswer>>>()
  const runner: Runner = async ({ key }, signal) => {
    begun.push(signal.aborted ? `${key} aborted` : key)
    const gate = deferred<RunAnswer>()
    gates.set(key, gate)
    if (signal.aborted) return {}
    signal.addEventListener('abort', () => gate.resolve({}), { once: true })
    return gate.promise
  }
  return { begun, runner, end: (key: string, answer: RunAnswer = {}) => gates.get(key)?.resolve(answer) }
}

function started(runner: Runner, concurrency = 1): InlineExecutor {
  const executor = new InlineExecutor({ concurrency })
  executor.start(runner)
  return executor
}

/** Lets everything that can go on do so. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

test('runs no more of an operation at once than may be, and keeps others waiting for none of them', async () => {
  const { begun, runner, end } = staged()
  const executor = new InlineExecutor({ concurrency: 2 })
  executor.start(runner, { log: silentLogger, concurrencyOf: (id) => (id === 'greedy' ? 1 : undefined) })
  for (const key of ['a', 'b', 'c'])
    await executor.submit({ key, operationId: 'greedy', priority: key === 'c' ? 1 : 0 })
  await executor.submit(ticket('d'))
  await settle()
  expect(begun).toEqual(['a', 'd'])
  end('d')
  await settle()
  expect(begun).toEqual(['a', 'd'])
  const aborted = executor.abort('b')
  await aborted
  end('a')
  await settle()
  expect(begun).toEqual(['a', 'd', 'b aborted', 'c'])
  end('c')
  await executor.drain()
})

test('runs as many at once as it may', async () => {
  const { begun, runner, end } = staged()
  const executor = started(runner, 2)
  for (const key of ['a', 'b', 'c']) await executor.submit(ticket(key))
  await settle()
  expect(begun).toEqual(['a', 'b'])
  end('a')
  await settle()
  expect(begun).toEqual(['a', 'b', 'c'])
  end('b')
  end('c')
  await executor.drain()
})

test('runs what has a higher priority first', async () => {
  const { begun, runner, end } = staged()
  const executor = started(runner)
  await executor.submit(ticket('first'))
  await executor.submit(ticket('low', -1))
  await executor.submit(ticket('high', 5))
  for (const key of ['first', 'high', 'low']) {
    await settle()
    end(key)
  }
  await executor.drain()
  expect(begun).toEqual(['first', 'high', 'low'])
})

describe('abort', () => {
  test('of a run that goes on resolves when it has ended', async () => {
    const reasons: unknown[] = []
    const executor = started(
      (_, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            reasons.push(signal.reason)
            setImmediate(() => resolve({}))
          })
        }),
    )
    await executor.submit(ticket('a'))
    await settle()
    await executor.abort('a', 'why')
    expect(reasons).toEqual(['why'])
    await executor.drain()
  })

  test('of a run that waits does not wait for its turn, and runs it once', async () => {
    const { begun, runner, end } = staged()
    const executor = started(runner)
    await executor.submit(ticket('a'))
    await executor.submit(ticket('b'))
    await settle()
    await executor.abort('b')
    expect(begun).toEqual(['a', 'b aborted'])
    end('a')
    await executor.drain()
    await settle()
    expect(begun).toEqual(['a', 'b aborted'])
  })

  test('of what is not here changes nothing', async () => {
    await started(async () => ({})).abort('nothing')
  })
})

describe('a ticket that is here already', () => {
  test('is brought once more after the present run, however often it was submitted', async () => {
    const { begun, runner, end } = staged()
    const executor = started(runner, 4)
    await executor.submit(ticket('a'))
    await settle()
    for (let time = 0; time < 3; time++) await executor.submit(ticket('a'))
    await settle()
    expect(begun).toEqual(['a'])
    end('a')
    await settle()
    expect(begun).toEqual(['a', 'a'])
    end('a')
    await executor.drain()
    expect(begun).toEqual(['a', 'a'])
  })

  test('is never lost, however shortly before the end of the run it comes', async () => {
    for (let microtasks = 0; microtasks < 20; microtasks++) {
      const { begun, runner, end } = staged()
      const executor = started(runner)
      await executor.submit(ticket('a'))
      await settle()
      end('a')
      for (let turn = 0; turn < microtasks; turn++) await null
      await executor.submit(ticket('a'))
      await settle()
      expect(begun, `after ${microtasks} microtasks`).toEqual(['a', 'a'])
      end('a')
      await executor.drain()
    }
  })

  test('but ends, being aborted, is another one, which follows it', async () => {
    const { begun, runner, end } = staged()
    const executor = started(runner, 4)
    await executor.submit(ticket('a'))
    await settle()
    const aborted = executor.abort('a')
    await executor.submit(ticket('a'))
    await aborted
    await settle()
    expect(begun).toEqual(['a', 'a'])
    end('a')
    await executor.drain()
  })
})

describe('a ticket whose runner asks for it again', () => {
  test('is brought again after that time, and others have its place meanwhile', async () => {
    const { begun, runner, end } = staged()
    const executor = started(runner)
    await executor.submit(ticket('a'))
    await executor.submit(ticket('b'))
    await settle()
    const from = performance.now()
    end('a', { againInMs: 20 })
    await settle()
    expect(begun).toEqual(['a', 'b'])
    end('b')
    await expect.poll(() => begun, { interval: 1 }).toEqual(['a', 'b', 'a'])
    expect(performance.now() - from).toBeGreaterThanOrEqual(19)
    end('a')
    await executor.drain()
    expect(begun).toEqual(['a', 'b', 'a'])
  })

  test('is brought at once when somebody asks anew, and then waits again', async () => {
    const { begun, runner, end } = staged()
    const executor = started(runner)
    await executor.submit(ticket('a'))
    await settle()
    end('a', { againInMs: 60_000 })
    await settle()
    await executor.submit(ticket('a', 1))
    await executor.submit(ticket('a'))
    await settle()
    expect(begun).toEqual(['a', 'a'])
    await executor.submit(ticket('a'))
    end('a', { againInMs: 60_000 })
    await settle()
    expect(begun).toEqual(['a', 'a', 'a'])
    end('a', { againInMs: 60_000 })
    await settle()
    expect(begun).toEqual(['a', 'a', 'a'])
    await executor.close()
  })

  test('is waited for by drain', async () => {
    let runs = 0
    const executor = started(async () => (++runs < 4 ? { againInMs: 1 } : {}))
    await executor.submit(ticket('a'))
    await executor.drain()
    expect(runs).toBe(4)
  })

  test('is brought at once, and for the last time, when it is aborted', async () => {
    const { begun, runner, end } = staged()
    const executor = started(runner)
    await executor.submit(ticket('a'))
    await settle()
    end('a', { againInMs: 60_000 })
    await settle()
    await executor.abort('a')
    expect(begun).toEqual(['a', 'a aborted'])
    await executor.drain()
  })

  test('is not brought again once it is aborted, whatever its runner says', async () => {
    let runs = 0
    const executor = started(async (_, signal) => {
      runs++
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return { againInMs: 0 }
    })
    await executor.submit(ticket('a'))
    await settle()
    await executor.abort('a')
    await executor.drain()
    expect(runs).toBe(1)
  })
})

test('drain waits for what is submitted meanwhile', async () => {
  const { begun, runner, end } = staged()
  const executor = started(runner)
  await executor.submit(ticket('a'))
  await settle()
  let isDrained = false
  const drained = executor.drain().then(() => {
    isDrained = true
  })
  await executor.submit(ticket('b'))
  end('a')
  await settle()
  expect(isDrained).toBe(false)
  end('b')
  await drained
  expect(begun).toEqual(['a', 'b'])
})

test('close aborts what waits and what goes on, and accepts no more', async () => {
  const { begun, runner } = staged()
  const executor = started(runner)
  await executor.submit(ticket('a'))
  await executor.submit(ticket('b'))
  await settle()
  await executor.close()
  expect(begun).toEqual(['a', 'b aborted'])
  await expect(executor.submit(ticket('c'))).rejects.toMatchObject({ code: 'DATALAB_CLOSED' })
  await executor.close()
  await executor.drain()
})

test('close gives a reason of its own', async () => {
  const reasons: unknown[] = []
  const executor = started(async (_, signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    reasons.push(signal.reason)
    return {}
  })
  await executor.submit(ticket('a'))
  await settle()
  await executor.close()
  expect(reasons).toMatchObject([{ code: 'DATALAB_CLOSED', message: 'the host was closed' }])
})

test('is for one host, and to be started first', async () => {
  await expect(new InlineExecutor().submit(ticket('a'))).rejects.toThrow(TypeError)
  const executor = started(async () => ({}))
  expect(() => executor.start(async () => ({}))).toThrow(TypeError)
  expect(executor.supports).toEqual({ isolation: false, preemption: false })
})

test('a concurrency of 0 is refused', () => {
  expect(() => new InlineExecutor({ concurrency: 0 })).toThrow(TypeError)
})
