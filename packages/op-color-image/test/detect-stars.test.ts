import { seededRandom, starField } from '@datalab/testing'
import { describe, expect, test } from 'vitest'
import { distance } from '../src/affine.js'
import { detectStars, type Star } from '../src/detect-stars.js'
import { drawn, gaussian, pixelsOf } from './support.js'

/** How far each star that was found is from the nearest true one, sorted. */
function errorsOf(found: readonly Star[], truth: readonly { x: number; y: number }[]): number[] {
  return found
    .map((star) => truth.reduce((least, one) => Math.min(least, distance(star, one)), Number.POSITIVE_INFINITY))
    .sort((a, b) => a - b)
}

/** The stars that stand alone, in the frame with all of their light. */
function aloneIn({ stars, width, height }: ReturnType<typeof starField>, apart = 14) {
  const isInner = ({ x, y }: Star | (typeof stars)[number]) => x > 10 && y > 10 && x < width - 11 && y < height - 11
  return stars.filter(
    (star) => isInner(star) && stars.every((other) => other === star || distance(star, other) > apart),
  )
}

describe('in a star field', () => {
  test('finds every star that stands alone, to a small part of a pixel, and nothing else', async () => {
    const field = starField({ seed: 3, width: 400, stars: 60, flux: [3000, 200_000] })
    const stars = await detectStars(pixelsOf(field))
    const alone = aloneIn(field)
    expect(alone.length).toBeGreaterThan(30)
    for (const star of alone) expect(Math.min(...stars.map((found) => distance(found, star)))).toBeLessThan(0.15)
    const errors = errorsOf(stars, field.stars)
    expect(errors[errors.length >> 1]).toBeLessThan(0.03)
    expect(stars.length).toBeLessThanOrEqual(field.stars.length)
  })

  test('says how far a centre may be off', async () => {
    const field = starField({ seed: 4, width: 600, stars: 120, flux: [800, 3000] })
    const alone = aloneIn(field)
    const found = await detectStars(pixelsOf(field))
    const pulls = found.flatMap((star) => {
      const truth = alone.find((one) => distance(one, star) < 2)
      return truth === undefined ? [] : [((star.x - truth.x) / star.error) ** 2, ((star.y - truth.y) / star.error) ** 2]
    })
    expect(pulls.length).toBeGreaterThan(60)
    // 1, if the error is right: of so many it is within a third.
    const mean =
      pulls
        .sort((a, b) => a - b)
        .slice(0, -4)
        .reduce((sum, pull) => sum + pull, 0) / pulls.length
    expect(Math.abs(Math.log(mean))).toBeLessThan(0.6)
  })

  test.each([
    ['crowded', { width: 400, stars: 2500, flux: [300, 100_000] as const }, 0.25],
    ['undersampled', { width: 400, stars: 100, fwhm: 1.3 }, 0.15],
    ['out of focus', { width: 400, stars: 40, fwhm: 9, flux: [50_000, 1e6] as const }, 0.1],
    ['without noise', { width: 400, stars: 60, noise: false }, 0.001],
  ])('%s', async (_, options, median) => {
    const field = starField({ seed: 5, ...options })
    const stars = await detectStars(pixelsOf(field))
    const errors = errorsOf(stars, field.stars)
    expect(stars.length).toBeGreaterThan(Math.min(200, 0.6 * field.stars.length))
    expect(errors[errors.length >> 1]).toBeLessThan(median)
  })

  test('over a sky with a slope, and light of a nebula', async () => {
    const field = starField({ seed: 6, width: 512, stars: 60, flux: [5000, 200_000] })
    const data = field.data.map((value, at) => {
      const [x, y] = [at % 512, Math.floor(at / 512)]
      return value + 3 * x + 800 * Math.exp(-((x - 250) ** 2 + (y - 250) ** 2) / 2e4)
    })
    const stars = await detectStars({ data, width: 512, height: 512 })
    const errors = errorsOf(stars, field.stars)
    expect(stars.length).toBeGreaterThan(35)
    expect(errors[Math.floor(0.8 * errors.length)]).toBeLessThan(0.1)
  })

  test('with many more stars than are wanted, gives some of every part of the image first', async () => {
    const field = starField({ seed: 7, width: 512, stars: 1500, flux: [1000, 1e5] })
    const stars = await detectStars(pixelsOf(field), { limit: 64 })
    expect(stars).toHaveLength(64)
    expect(new Set(stars.map(({ x, y }) => `${Math.floor(x / 64)} ${Math.floor(y / 64)}`)).size).toBeGreaterThan(50)
  })
})

describe('takes for no star', () => {
  const random = (seed: number) => {
    const numbers = seededRandom(seed)
    return () => 500 + 10 * numbers.normal()
  }

  test('hot pixels, single and in pairs at a corner', async () => {
    const sky = random(1)
    const pixels = drawn(200, 200, (x, y) => sky() + (x % 40 === 20 && y % 40 === 20 ? 5000 : 0))
    pixels.data[100 * 200 + 30] = 9000
    pixels.data[101 * 200 + 31] = 9000
    expect(await detectStars(pixels)).toEqual([])
  })

  test('bad columns, and trails', async () => {
    const sky = random(2)
    const pixels = drawn(
      200,
      200,
      (x, y) => sky() + (x === 70 || x === 71 ? 800 : 0) + 900 * Math.exp(-((x - 2 * y + 130) ** 2) / 20),
    )
    expect((await detectStars(pixels)).length).toBeLessThan(3)
  })

  test.each([
    ['noise', drawn(300, 300, random(3))],
    ['a level sky', drawn(100, 100, () => 12)],
    ['missing values', drawn(100, 100, () => Number.NaN)],
    ['an image of one pixel', drawn(1, 1, () => 12)],
    ['an image of one row', drawn(500, 1, random(4))],
  ])('%s', async (_, pixels) => {
    expect(await detectStars(pixels)).toEqual([])
  })
})

describe('knows', () => {
  test('saturated stars by their middle, once', async () => {
    const random = seededRandom(5)
    const star = { x: 60.4, y: 70.7 }
    const pixels = drawn(140, 140, (x, y) =>
      Math.min(100 + 5 * random.normal() + gaussian({ x, y }, star, 1e7, 3), 30_000),
    )
    const found = await detectStars(pixels)
    expect(found).toHaveLength(1)
    expect(distance(found[0]!, star)).toBeLessThan(0.05)
  })

  test('stars beside missing values, and none on them', async () => {
    const field = starField({ seed: 8, width: 300, stars: 60, flux: [5000, 2e5] })
    const holes = field.data.map((value, at) => (at % 300 > 200 || value > 8000 ? Number.NaN : value))
    const errors = errorsOf(await detectStars({ ...pixelsOf(field), data: holes }), field.stars)
    expect(errors.length).toBeGreaterThan(15)
    expect(errors[Math.floor(0.9 * errors.length)]).toBeLessThan(0.3)
  })

  test('the same stars in float64, and far from zero', async () => {
    const field = starField({ seed: 9, width: 200, stars: 30, flux: [5000, 2e5] })
    const near = await detectStars(pixelsOf(field))
    const far = await detectStars({ ...pixelsOf(field), data: Float64Array.from(field.data, (value) => value + 1e9) })
    expect(far.length).toBe(near.length)
    for (const star of near) expect(Math.min(...far.map((other) => distance(star, other)))).toBeLessThan(1e-3)
  })
})

test('ends when it is aborted', async () => {
  const signal = AbortSignal.abort()
  await expect(detectStars(pixelsOf(starField()), { signal })).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
})
