import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LastingTrouble } from '../src/lasting-trouble.js'
import { rejection } from './lab.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

test('trouble lasts from the first call that fails to the last, and until one does not', async () => {
  const trouble = new LastingTrouble()
  const fail = (message: string) => rejection(trouble.watched(Promise.reject(new Error(message))))
  expect(trouble.after(0)).toBeUndefined()
  expect(await fail('one')).toMatchObject({ message: 'one' })
  vi.advanceTimersByTime(500)
  expect(trouble.after(1000)).toBeUndefined()
  await fail('two')
  vi.advanceTimersByTime(500)
  await fail('three')
  expect(trouble.after(1000)).toMatchObject({ message: 'three' })
  expect(await trouble.watched(Promise.resolve(7))).toBe(7)
  expect(trouble.after(1000)).toBeUndefined()
  await fail('four')
  expect(trouble.after(1000)).toBeUndefined()
})

test('of what failed long ago nobody knows whether it would now', async () => {
  const trouble = new LastingTrouble()
  const fail = () => rejection(trouble.watched(Promise.reject(new Error('away'))))
  await fail()
  vi.advanceTimersByTime(1000)
  await fail()
  vi.advanceTimersByTime(999)
  expect(trouble.after(1000)).toMatchObject({ message: 'away' })
  vi.advanceTimersByTime(1)
  expect(trouble.after(1000)).toBeUndefined()
})
