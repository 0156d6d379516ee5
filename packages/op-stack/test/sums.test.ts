import { expect, test } from 'vitest'
import { Sums } from '../src/sums.js'

const { NaN: missing, POSITIVE_INFINITY: infinite } = Number

test('sums and means of what is there', () => {
  const sums = new Sums(4)
  expect(sums.add(Float32Array.of(1, 2, missing, missing), 0)).toBe(true)
  expect(sums.add(Float64Array.of(4, missing, infinite, missing), 0)).toBe(true)
  expect(sums.add(Float32Array.of(missing, missing), 2)).toBe(false)
  const into = new Float64Array(4)
  sums.take(into, 'mean')
  expect([...into]).toEqual([2.5, 2, infinite, missing])
})

test('each is for itself: what was taken is gone', () => {
  const sums = new Sums(2)
  sums.add(Float32Array.of(1, 2), 0)
  sums.take(new Float32Array(2), 'sum')
  sums.add(Float32Array.of(5), 1)
  const into = new Float32Array(2)
  sums.take(into, 'sum')
  expect([...into]).toEqual([missing, 5])
})

test('rounded once, at the end', () => {
  const sums = new Sums(1)
  for (let i = 0; i < 1000; i++) sums.add(Float32Array.of(0.1), 0)
  const into = new Float32Array(1)
  sums.take(into, 'sum')
  expect(into[0]).toBe(Math.fround(1000 * Math.fround(0.1)))
})

test('a pixel of which hardly anything was covered has no value', () => {
  const sums = new Sums(2)
  sums.share(0, 7, 1e-6)
  sums.share(1, 7, 0.5)
  const into = new Float32Array(2)
  sums.take(into, 'sum')
  expect([...into]).toEqual([missing, 7])
})
