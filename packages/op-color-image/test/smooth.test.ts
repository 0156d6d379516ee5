import { seededRandom } from '@datalab/testing'
import { expect, test } from 'vitest'
import type { Mesh } from '../src/sky.js'
import { KERNEL_VARIANCE, NOISE_FACTOR, smoothed } from '../src/smooth.js'
import { drawn } from './support.js'

const flat = (width: number, height: number, value: number): Mesh => ({
  columns: 1,
  rows: 1,
  width,
  height,
  values: Float64Array.of(value),
})
const skyOf = (width: number, height: number, level: number) => ({
  level: flat(width, height, level),
  noise: flat(width, height, 1),
})

test('a single pixel becomes the kernel, wherever it is', async () => {
  const part = [1, 4, 6, 4, 1].map((weight) => weight / 16)
  for (const [px, py] of [
    [4, 3],
    [0, 0],
    [8, 6],
  ] as const) {
    const pixels = drawn(9, 7, (x, y) => 10 + (x === px && y === py ? 256 : 0))
    const values = await smoothed(pixels, skyOf(9, 7, 10))
    const expected = drawn(9, 7, (x, y) => 256 * (part[x - px + 2] ?? 0) * (part[y - py + 2] ?? 0))
    expect(values).toEqual(expected.data)
  }
})

test('what is no number counts as sky', async () => {
  const pixels = drawn(9, 7, (x) => (x === 4 ? Number.NaN : x === 5 ? Number.NEGATIVE_INFINITY : 10))
  expect([...(await smoothed(pixels, skyOf(9, 7, 10)))].every((value) => value === 0)).toBe(true)
})

test('noise becomes less by the factor', async () => {
  const random = seededRandom(4)
  const values = await smoothed(
    drawn(400, 400, () => random.normal()),
    skyOf(400, 400, 0),
  )
  const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length
  expect(Math.abs(Math.sqrt(variance) / NOISE_FACTOR - 1)).toBeLessThan(0.01)
})

test('the variance is that of the kernel', () => {
  const weights = [1, 4, 6, 4, 1]
  expect(weights.reduce((sum, weight, place) => sum + (weight / 16) * (place - 2) ** 2, 0)).toBe(KERNEL_VARIANCE)
})

test('ends when it is aborted', async () => {
  const pixels = drawn(9, 7, () => 0)
  const signal = AbortSignal.abort()
  await expect(smoothed(pixels, skyOf(9, 7, 0), signal)).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
})
