import { expect, test } from 'vitest'
import { DataLabError } from '../src/errors.js'
import { outlasting } from '../src/outlasting.js'

const away = () => new DataLabError('DATALAB_RECORDS_UNAVAILABLE', 'It does not answer.', { retryable: true })

test('a call is made until the store of records answers', async () => {
  let calls = 0
  const call = async () => {
    if (++calls < 3) throw away()
    return 'answer'
  }
  expect(await outlasting(call, new AbortController().signal)).toBe('answer')
  expect(calls).toBe(3)
})

test('what else fails is thrown at once', async () => {
  let calls = 0
  const call = async () => {
    calls++
    throw new DataLabError('DATALAB_CLOSED', 'It is closed.')
  }
  await expect(outlasting(call, new AbortController().signal)).rejects.toMatchObject({ code: 'DATALAB_CLOSED' })
  expect(calls).toBe(1)
})

test('the waiting ends with the signal, whose reason is thrown', async () => {
  const controller = new AbortController()
  const reason = new DataLabError('DATALAB_TIMEOUT', 'It took too long.')
  const call = async () => {
    controller.abort(reason)
    throw away()
  }
  await expect(outlasting(call, controller.signal)).rejects.toBe(reason)
})
