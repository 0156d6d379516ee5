import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { ChildMessage } from '../src/process-messages.js'
import { RelayReporter } from '../src/process-reporter.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function recorded() {
  const sent: ChildMessage[] = []
  return { sent, reporter: new RelayReporter(7, (message) => void sent.push(message)) }
}

it('sends the first at once, and then what is newest, now and then', () => {
  const { sent, reporter } = recorded()
  for (let step = 1; step <= 1000; step++) reporter.progress(step / 1000)
  reporter.message('text')
  expect(sent).toEqual([{ kind: 'report', run: 7, progress: 0.001, warnings: [] }])
  vi.advanceTimersByTime(50)
  expect(sent.slice(1)).toEqual([{ kind: 'report', run: 7, progress: 1, message: 'text', warnings: [] }])
  vi.advanceTimersByTime(1000)
  expect(sent).toHaveLength(2)
})

it('loses no warning, and sends each once', () => {
  const { sent, reporter } = recorded()
  for (const text of ['a', 'b', 'a', 'c']) reporter.warn(text)
  reporter.flush()
  expect(sent.flatMap((message) => (message.kind === 'report' ? message.warnings : []))).toEqual(['a', 'b', 'c'])
})

it('waits for what is written, after what was told before', async () => {
  const { sent, reporter } = recorded()
  reporter.progress(0.1)
  reporter.progress(0.2)
  const writes = [reporter.output({}), reporter.output({})]
  expect(sent.map(({ kind }) => kind)).toEqual(['report', 'report', 'write', 'write'])
  reporter.settle(1, undefined)
  const error = { name: 'E', code: 'A_B', message: 'no', audience: 'user', retryable: false, details: {} } as const
  reporter.settle(2, error)
  reporter.settle(3, undefined)
  await expect(writes[0]).resolves.toBeUndefined()
  await expect(writes[1]).rejects.toMatchObject({ code: 'A_B' })
})

it('tells of a wait at once, after what was said before it', () => {
  const { sent, reporter } = recorded()
  reporter.message('one')
  reporter.message('two')
  reporter.waiting(true)
  reporter.waiting(false)
  expect(sent).toEqual([
    { kind: 'report', run: 7, message: 'one', warnings: [] },
    { kind: 'report', run: 7, message: 'two', warnings: [] },
    { kind: 'wait', run: 7, isWaiting: true },
    { kind: 'wait', run: 7, isWaiting: false },
  ])
})
