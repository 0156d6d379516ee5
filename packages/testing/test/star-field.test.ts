import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readImage, writeImage } from '@datalab/fits'
import { expect, test } from 'vitest'
import { type StarField, starField } from '../src/index.js'

/** Flux and place of what is above the sky around a star. */
function measured({ data, width }: StarField, { x, y }: { x: number; y: number }, sky: number) {
  const sum = { flux: 0, x: 0, y: 0 }
  for (let row = Math.round(y) - 10; row <= Math.round(y) + 10; row++)
    for (let column = Math.round(x) - 10; column <= Math.round(x) + 10; column++) {
      const value = (data[row * width + column] ?? 0) - sky
      sum.flux += value
      sum.x += value * column
      sum.y += value * row
    }
  return { flux: sum.flux, x: sum.x / sum.flux, y: sum.y / sum.flux }
}

/** A star with nothing else near it, far from the edges. */
function lonely({ stars, width, height }: StarField) {
  const inside = stars.filter(({ x, y }) => x > 15 && y > 15 && x < width - 15 && y < height - 15)
  const found = inside.find((one) =>
    stars.every((other) => other === one || Math.hypot(one.x - other.x, one.y - other.y) > 30),
  )
  if (found === undefined) throw new Error('no star is alone')
  return found
}

test('the same options give the same pixels, others do not', () => {
  const options = { width: 64, stars: 5, cosmicRays: 3, satellite: true }
  expect(starField(options)).toEqual(starField(options))
  expect(starField({ ...options, exposure: 1 }).data).not.toEqual(starField(options).data)
  expect(starField({ ...options, exposure: 1 }).stars).toEqual(starField(options).stars)
  expect(starField({ ...options, seed: 2 }).stars).not.toEqual(starField(options).stars)
})

test('a star has the flux and the place that are told', () => {
  const field = starField({ stars: 8, noise: false, gain: 2, sky: 50 })
  expect(field.stars).toHaveLength(8)
  const star = lonely(field)
  const found = measured(field, star, 25)
  expect(found.flux / star.flux).toBeCloseTo(1, 3)
  expect(found.x).toBeCloseTo(star.x, 2)
  expect(found.y).toBeCloseTo(star.y, 2)
})

test('an exposure that is moved shows the same stars elsewhere, as told', () => {
  const base = { stars: 8, noise: false, sky: 0 }
  const still = starField(base)
  const moved = starField({ ...base, shift: [10, -4], rotation: 90, scale: 0.9 })
  const middle = (256 - 1) / 2
  for (const { id, x, y } of still.stars) {
    const there = moved.stars.find((star) => star.id === id)
    if (there === undefined) continue
    expect(there.x).toBeCloseTo(middle - 0.9 * (y - middle) + 10, 9)
    expect(there.y).toBeCloseTo(middle + 0.9 * (x - middle) - 4, 9)
  }
  const star = lonely(moved)
  expect(measured(moved, star, 0).x).toBeCloseTo(star.x, 2)
  expect(moved.stars.length).toBeGreaterThan(5)
})

test('the noise is that of the photons and of the detector', () => {
  const { data } = starField({ width: 200, stars: 0, sky: 400, readNoise: 10, gain: 2 })
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length
  const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length
  expect(mean).toBeCloseTo(200, 0)
  expect(Math.sqrt(variance) / (Math.sqrt(400 + 100) / 2)).toBeCloseTo(1, 1)
})

test('what fell on the detector is in the mask, and nothing else', () => {
  const base = { width: 100, stars: 0, noise: false, sky: 0 }
  for (const extra of [{ cosmicRays: 20 }, { satellite: true }]) {
    const { data, mask } = starField({ ...base, ...extra })
    expect(mask.some((one) => one === 1)).toBe(true)
    expect([...data].every((value, pixel) => value > 0 === (mask[pixel] === 1))).toBe(true)
  }
})

test('is an image to write', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'datalab-testing-'))
  try {
    const field = starField({ width: 32, height: 16, stars: 3 })
    await writeImage(join(folder, 'a.fits'), field)
    expect((await readImage(join(folder, 'a.fits'))).data).toEqual(field.data)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('refuses what cannot be', () => {
  expect(() => starField({ width: 0 })).toThrow(/width of 0/)
  expect(() => starField({ gain: 0 })).toThrow(/gain of 0; give more than 0/)
})
