import { describe, expect, test } from 'vitest'
import { AbortedError, ClientAlertError, DataLabError, errorFromJSON, serializeError } from '../src/errors.js'
import { DEFAULT_RETRY_POLICY, failure, retryDelay } from '../src/failure.js'
import { down, memoryLog } from './lab.js'

const facts = { key: 'k', attempt: 1, operation: '@test/op' }

function failed(error: unknown, signal = new AbortController().signal) {
  const { log, lines } = memoryLog()
  return { ...failure(error, signal, log, facts), lines }
}

describe('a failure', () => {
  test.each<[string, unknown, boolean]>([
    ['a storage that does not answer', down(), true],
    ['a source that does not answer', new DataLabError('SOURCE_UNAVAILABLE', 'x', { retryable: true }), true],
    ['a retryable error for users', new DataLabError('STORAGE_FULL', 'x', { audience: 'user', retryable: true }), true],
    ['an error for users', new ClientAlertError('x'), false],
    ['an error for developers', new DataLabError('STORAGE_FORBIDDEN', 'x'), false],
    ['an error of nobody', new Error('x'), false],
    ['a text', 'x', false],
    ['a cancellation', new AbortedError(), false],
  ])('of %s may pass or not', (_, error, mayPass) => {
    expect(failed(error).mayPass).toBe(mayPass)
  })

  test.each([
    ['STORAGE_UNAVAILABLE', 'The storage of results does not answer now'],
    ['SOURCE_UNAVAILABLE', 'The source of the input files does not answer now'],
    ['DATALAB_RECORDS_UNAVAILABLE', 'The store of records does not answer now'],
    ['DATABASE_UNAVAILABLE', 'A database of this service, of its records or its file cache, cannot be used now'],
    ['CACHE_UNAVAILABLE', 'The file cache, in which input files are kept, cannot be used now'],
    ['CACHE_FULL', 'The disk of the file cache is full'],
    ['OTHER', 'An unexpected error'],
  ])('of the code %s names what does not answer, and is found in the log', (code, what) => {
    const { change, lines } = failed(new DataLabError(code, 'secret', { retryable: true }))
    const { reference } = change.error
    expect(reference).toMatch(/^[0-9a-f]{10}$/)
    expect(change.message).toBe(
      `${what}, reference ${reference}. Try again, or give this reference to whoever runs this service.`,
    )
    expect(change.error).toEqual({ code, message: change.message, reference })
    expect(lines).toMatchObject([{ level: 'error', facts: { ...facts, reference, err: { message: 'secret' } } }])
  })

  test.each([
    [
      'DATALAB_SOURCE_SHORT',
      'A file ended before its size while it was read',
      'Try again; if that happens again, the file is damaged where it is kept: give this reference to whoever runs this service.',
    ],
    [
      'DATABASE_UNAVAILABLE',
      'A database of this service, of its records or its file cache, is damaged',
      'Give this reference to whoever runs this service.',
    ],
    ['STORAGE_FORBIDDEN', 'An unexpected error', 'Try again, or give this reference to whoever runs this service.'],
  ])('of the code %s that does not pass names the way out', (code, what, wayOut) => {
    const { change } = failed(new DataLabError(code, 'secret'))
    expect(change.message).toBe(`${what}, reference ${change.error.reference}. ${wayOut}`)
  })

  test.each([
    ['ENOSPC', 'A disk that this service works on is full', 'Try again, or give'],
    ['EMFILE', 'This service has as many files open as it may', 'Try again, or give'],
    ['EACCES', 'This service may not use a folder or file that it works with', 'Give'],
  ])('of the system, %s, names the way out, in this process and of another', (code, what, wayOut) => {
    const thrown = Object.assign(new Error(`${code}: secret`), { code, syscall: 'open' })
    for (const error of [thrown, errorFromJSON(serializeError(thrown))]) {
      const { change } = failed(error)
      const { reference } = change.error
      expect(change.error.code).toBe('DATALAB_INTERNAL')
      expect(change.message).toBe(
        `${what}, reference ${reference}. ${wayOut} this reference to whoever runs this service.`,
      )
    }
    const other = failed(Object.assign(new Error(code), { code }))
    expect(other.change.message).toMatch(/^An unexpected error, /)
  })

  test.each([
    ['DATALAB_TIMEOUT', 'FAILED'],
    ['DATALAB_CLOSED', 'CANCELLED'],
    ['DATALAB_ABORTED', 'CANCELLED'],
  ])('after an end by %s is that end, whatever was thrown', (code, status) => {
    const reason = new DataLabError(code, 'the reason', { audience: 'user' })
    for (const thrown of [reason, new Error('x'), down(), undefined])
      expect(failed(thrown, AbortSignal.abort(reason))).toMatchObject({
        mayPass: false,
        change: { status, message: 'the reason' },
      })
  })
})

describe('the delay before a try', () => {
  const delays = (policy: typeof DEFAULT_RETRY_POLICY, retries: number) =>
    Array.from({ length: 200 }, () => retryDelay(policy, retries))

  test('is twice as long after each, with a random part', () => {
    for (const retries of [0, 1, 2, 3]) {
      const base = 500 * 2 ** retries
      const seen = delays(DEFAULT_RETRY_POLICY, retries)
      expect(Math.min(...seen)).toBeGreaterThanOrEqual(base)
      expect(Math.max(...seen)).toBeLessThanOrEqual(2 * base)
      expect(new Set(seen).size).toBeGreaterThan(10)
    }
  })

  test('is as long as a service asks for, up to the highest', () => {
    const policy = { retries: 3, minDelayMs: 1, maxDelayMs: 1000 }
    expect(retryDelay(policy, 0, 700)).toBe(700)
    expect(retryDelay(policy, 0, 5000)).toBe(1000)
    const busy = new DataLabError('SOURCE_UNAVAILABLE', 'busy', { retryable: true, details: { retryAfterMs: 700 } })
    expect(failed(busy)).toMatchObject({ mayPass: true, waitMs: 700 })
    expect(failed(new DataLabError('X', 'x', { details: { retryAfterMs: 700 } })).waitMs).toBeUndefined()
  })

  test('has a highest', () => {
    expect(Math.max(...delays({ retries: 99, minDelayMs: 500, maxDelayMs: 30_000 }, 50))).toBe(30_000)
  })
})
