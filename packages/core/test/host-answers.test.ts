import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { InlineExecutor, MemoryRecordStore, type SourceContext } from '../src/index.js'
import { endless, file, lab, MemorySource, operation, rejection, writesText } from './lab.js'

// What whoever asks a host reads when one of its parts does not answer.

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const never = () => new Promise<never>(() => {})

/** The error after so many milliseconds. */
async function errorAfter(ms: number, work: Promise<unknown>) {
  const error = rejection(work)
  await vi.advanceTimersByTimeAsync(ms)
  return error
}

test('a source that does not identify a file is named, and told to stop', async () => {
  const Op = operation(writesText)
  let context: SourceContext | undefined
  const identify = (_: unknown, given: SourceContext) => {
    context = given
    return never()
  }
  const source = Object.assign(new MemorySource(['a']), { identify })
  const host = lab({ operations: [Op], sources: [source] })
  const submitted = host.submit(Op, { files: [file('a')] })
  await vi.waitFor(() => expect(context).toBeDefined())
  const error = await errorAfter(60_000, submitted)
  expect(error).toMatchObject({
    code: 'SOURCE_UNAVAILABLE',
    audience: 'user',
    retryable: true,
    message: "a cannot be looked at now: its source 'memory' does not answer. Try again later, or choose another file.",
    details: { source: 'memory', basename: 'a' },
  })
  expect(context?.signal?.reason).toBe(error)
})

test('who may do what is not waited for', async () => {
  const Op = operation(writesText)
  const authorize = vi.fn(never)
  const host = lab({ operations: [Op], authorize })
  const submitted = host.submit(Op, { text: 'x' })
  await vi.waitFor(() => expect(authorize).toHaveBeenCalled())
  expect(await errorAfter(30_000, submitted)).toMatchObject({
    code: 'DATALAB_ACCESS_UNAVAILABLE',
    audience: 'user',
    retryable: true,
    message: 'It cannot be told now whether you may do this. Try again later.',
    details: { action: 'submit' },
  })
})

test('a submission that no executor accepts does not stand', async () => {
  const Op = operation(writesText)
  const records = new MemoryRecordStore()
  const submit = vi.fn(never)
  const host = lab({ operations: [Op], records, executor: Object.assign(new InlineExecutor(), { submit }) })
  const submitted = host.submit(Op, { text: 'x' })
  await vi.waitFor(() => expect(submit).toHaveBeenCalled())
  expect(await errorAfter(30_000, submitted)).toMatchObject({
    code: 'DATALAB_EXECUTOR_UNAVAILABLE',
    retryable: true,
    message: 'The executor of this host does not accept this job now. Submit it again later.',
  })
  expect((await records.list()).records).toMatchObject([{ status: 'CANCELLED' }])
})

test('a run that its executor does not end is cancelled all the same', async () => {
  const { op, begun } = endless()
  const executor = new InlineExecutor()
  const abort = executor.abort.bind(executor)
  const hanging = vi.fn(never)
  const host = lab({ operations: [op], executor: Object.assign(executor, { abort: hanging }) })
  const job = await host.submit(op, {})
  await begun
  const cancelled = job.cancel()
  await vi.waitFor(() => expect(hanging).toHaveBeenCalled())
  expect(await errorAfter(60_000, cancelled)).toMatchObject({
    code: 'DATALAB_EXECUTOR_UNAVAILABLE',
    message: expect.stringContaining('The job is cancelled; nothing more has to be done.'),
  })
  expect(await job.record()).toMatchObject({ status: 'CANCELLED' })
  await abort(job.key)
})
