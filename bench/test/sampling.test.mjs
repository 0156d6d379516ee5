import { expect, test } from 'vitest'
import { collected, rates, timings } from '../harness/sampling.mjs'
import { shuffled } from '../harness/shuffled.mjs'
import { together } from '../harness/throughput.mjs'

test('what is done to warm up is not counted', async () => {
  expect(await collected((index) => index, { warmUp: 2, samples: 3 })).toEqual([2, 3, 4])
})

test('each time is waited for before the next begins', async () => {
  const steps = []
  const work = async (index) => {
    steps.push(`begin ${index}`)
    await Promise.resolve()
    steps.push(`end ${index}`)
  }
  expect(await timings(work, { warmUp: 0, samples: 2 })).toHaveLength(2)
  expect(steps).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1'])
})

test('clients share the work, each with one thing at a time', async () => {
  const done = []
  let going = 0
  let most = 0
  await together(10, 3, async (index) => {
    most = Math.max(most, ++going)
    await Promise.resolve()
    going--
    done.push(index)
  })
  expect(done.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(most).toBe(3)
})

test('a rate is that of a second', () => {
  expect(rates(100, [50, 1000])).toEqual([2000, 100])
})

test('what is shuffled has the same items in another order, the same each time', () => {
  const items = Array.from({ length: 20 }, (_, index) => index)
  const one = shuffled(items)
  expect(one).not.toEqual(items)
  expect(shuffled(items)).toEqual(one)
  expect([...one].sort((a, b) => a - b)).toEqual(items)
})
