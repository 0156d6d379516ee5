import { expect, test } from 'vitest'
import { findPeaks } from '../src/find-peaks.js'

const mesh = (width: number, height: number, value: number) => ({
  columns: 1,
  rows: 1,
  width,
  height,
  values: Float64Array.of(value),
})

function peaksOf(rows: readonly (readonly number[])[], noise: number) {
  const [width, height] = [rows[0]!.length, rows.length]
  const image = { data: Float32Array.from(rows.flat()), width, height }
  return findPeaks(image, { level: mesh(width, height, 0), noise: mesh(width, height, noise) })
}

test('are the pixels above their neighbours, the highest first', async () => {
  const rows = [
    [0, 0, 0, 0, 0, 0],
    [0, 5, 4, 0, 0, 0],
    [0, 4, 4, 0, 8, 0],
    [0, 0, 0, 0, 7, 0],
    [0, 0, 0, 0, 0, 0],
  ]
  expect(await peaksOf(rows, 1)).toEqual([
    { x: 4, y: 2, height: 8 },
    { x: 1, y: 1, height: 5 },
  ])
})

test('of equal neighbours one is a peak', async () => {
  const rows = [
    [0, 0, 0, 0, 0],
    [0, 9, 9, 9, 0],
    [0, 9, 9, 9, 0],
    [0, 0, 0, 0, 0],
  ]
  expect(await peaksOf(rows, 1)).toEqual([{ x: 3, y: 2, height: 9 }])
})

test('are 5 sigma of the smoothed noise above the sky', async () => {
  const rows = [0, 1, 2].map((y) => [0, 1, 2].map((x) => (x === 1 && y === 1 ? 1 : 0)))
  // Smoothing lowers the noise to 70/256 of it.
  const limit = 256 / 70 / 5
  expect(await peaksOf(rows, limit * 0.99)).toHaveLength(1)
  expect(await peaksOf(rows, limit * 1.01)).toEqual([])
})

test('on the edge there is none', async () => {
  expect(await peaksOf([[9], [9]], 1)).toEqual([])
  const rows = [
    [0, 9, 0],
    [0, 0, 0],
    [9, 0, 0],
  ]
  expect(await peaksOf(rows, 1)).toEqual([])
})
