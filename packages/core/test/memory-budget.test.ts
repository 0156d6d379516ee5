import { expect, test } from 'vitest'
import type { Memory } from '../src/index.js'
import { createDataLab, InlineExecutor } from '../src/index.js'
import { MemoryBudget, RunMemory } from '../src/memory-budget.js'
import { lab, operation } from './lab.js'

test('lends what is there, and has it again when it is given back', () => {
  const budget = new MemoryBudget(100)
  const first = budget.take(60)
  expect(first?.bytes).toBe(60)
  expect(budget.take(60)).toBeUndefined()
  const rest = budget.take(60, 10)
  expect(rest?.bytes).toBe(40)
  expect(budget.take(1)).toBeUndefined()
  expect(budget.take(1, 0)?.bytes).toBe(0)
  first?.release()
  first?.release()
  expect(budget.take(61)).toBeUndefined()
  expect(budget.take(60)?.bytes).toBe(60)
})

test('is 512 MiB where nothing is said, and shared among processes', () => {
  expect(new MemoryBudget().bytes).toBe(512 * 2 ** 20)
  expect(new MemoryBudget(1000, 3).bytes).toBe(333)
})

test('a run gives back what it has taken, and gets no more, when it is over', () => {
  const budget = new MemoryBudget(100)
  const run = new RunMemory(budget)
  expect(run.budget).toBe(100)
  run.take(70)
  run.take(20)?.release()
  run.close()
  expect(run.take(1)).toBeUndefined()
  expect(budget.take(100)?.bytes).toBe(100)
})

test('the runs of a host that go on at once share its budget', async () => {
  const memories: Memory[] = []
  const taken: (number | undefined)[] = []
  let both: () => void = () => {}
  const areThere = new Promise<void>((resolve) => {
    both = resolve
  })
  const Op = operation(async (run) => {
    memories.push(run.memory)
    taken.push(run.memory.take(700)?.bytes)
    if (taken.length === 2) both()
    await areThere
    return undefined
  })
  const host = lab({ operations: [Op], memoryBudget: 1000, executor: new InlineExecutor({ concurrency: 2 }) })
  const jobs = await Promise.all(['a', 'b'].map((text) => host.submit(Op, { text })))
  await Promise.all(jobs.map((job) => job.result()))
  expect(memories[0]?.budget).toBe(1000)
  expect(taken).toEqual([700, undefined])
  await (await host.submit(Op, { text: 'c' })).result()
  expect(taken).toEqual([700, undefined, 700])
})

test('a budget that is none is refused', () => {
  for (const memoryBudget of [0, -1, Number.NaN])
    expect(() => createDataLab({ memoryBudget })).toThrow(/'memoryBudget' must be a number of bytes above 0/)
})
