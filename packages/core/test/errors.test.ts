import vm from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import {
  AbortedError,
  ClientAlertError,
  DataLabError,
  errorFromJSON,
  isDataLabError,
  serializeError,
  throwIfAborted,
} from '../src/errors.js'

test('an error has a code, and defaults for all else', () => {
  const error = new DataLabError('X_Y', 'text')
  expect(error).toMatchObject({ code: 'X_Y', message: 'text', audience: 'developer', retryable: false, details: {} })
  expect('cause' in error).toBe(false)
  expect(new ClientAlertError('no')).toMatchObject({
    code: 'DATALAB_FAILED',
    audience: 'user',
    name: 'ClientAlertError',
  })
  expect(new AbortedError()).toMatchObject({ code: 'DATALAB_ABORTED', name: 'AbortError', retryable: true })
})

test.each(['', ' ', undefined, {}])('an alert that says nothing (%j) tells the user that much', (message) => {
  expect(new ClientAlertError(message as string).message).toBe(
    'The operation failed and gave no reason. Ask whoever offers it.',
  )
})

test('an error of another copy of the package is recognised', async () => {
  vi.resetModules()
  const copy = await import('../src/errors.js')
  expect(copy.DataLabError).not.toBe(DataLabError)
  const error = new copy.ClientAlertError('from the copy')
  expect(error instanceof DataLabError).toBe(false)
  expect(isDataLabError(error)).toBe(true)
  expect(isDataLabError(error, 'OTHER', 'DATALAB_FAILED')).toBe(true)
  expect(isDataLabError(error, 'OTHER')).toBe(false)
})

test.each([undefined, null, 1, 'text', {}, new Error('plain'), Symbol('s')])('%s is no DataLab error', (value) => {
  expect(isDataLabError(value)).toBe(false)
})

describe('serializeError', () => {
  test('there and back through JSON keeps code, facts, stack and causes', () => {
    const cause = new TypeError('inner', { cause: new DataLabError('A_B', 'innermost', { details: { a: 1 } }) })
    const error = new DataLabError('X_Y', 'outer', { audience: 'user', retryable: true, details: { n: [1] }, cause })
    const back = errorFromJSON(JSON.parse(JSON.stringify(error)))
    expect(back).toBeInstanceOf(Error)
    expect(back).toMatchObject({
      code: 'X_Y',
      message: 'outer',
      audience: 'user',
      retryable: true,
      details: { n: [1] },
    })
    expect(back.stack).toBe(error.stack)
    expect(back.cause).toMatchObject({ name: 'TypeError', code: 'DATALAB_INTERNAL', message: 'inner' })
    expect((back.cause as Error).cause).toMatchObject({ code: 'A_B', details: { a: 1 } })
    expect(isDataLabError(back, 'X_Y')).toBe(true)
  })

  test('keeps the name of a class', () => {
    expect(errorFromJSON(new AbortedError('stop').toJSON())).toMatchObject({
      name: 'AbortError',
      code: 'DATALAB_ABORTED',
    })
  })

  test.each([
    [undefined, 'a thrown undefined: undefined'],
    [null, 'a thrown object: null'],
    ['text', 'a thrown string: text'],
    [12n, 'a thrown bigint: 12'],
    [Object.create(null), 'a thrown object: a value that cannot be shown'],
  ])('of %s, which is no error', (value, message) => {
    expect(serializeError(value)).toMatchObject({ code: 'DATALAB_INTERNAL', audience: 'developer', message })
  })

  test('of an error of another realm keeps its message and stack', () => {
    const foreign = vm.runInNewContext('new RangeError("far away")')
    expect(foreign instanceof Error).toBe(false)
    expect(serializeError(foreign)).toMatchObject({
      name: 'RangeError',
      message: 'far away',
      stack: expect.any(String),
    })
  })

  test('ends for causes in a circle', () => {
    const error = new Error('round') as Error & { cause: unknown }
    error.cause = error
    expect(JSON.stringify(serializeError(error)).length).toBeGreaterThan(0)
  })
})

test('throwIfAborted throws the reason where it is a DataLab error, else an AbortedError with it', () => {
  throwIfAborted(new AbortController().signal)
  const reason = new DataLabError('X_Y', 'why')
  expect(() => throwIfAborted(AbortSignal.abort(reason))).toThrow(reason)
  expect(() => throwIfAborted(AbortSignal.abort('no'))).toThrow(
    expect.objectContaining({ code: 'DATALAB_ABORTED', cause: 'no' }),
  )
})
