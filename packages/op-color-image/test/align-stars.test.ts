import { type StarFieldOptions, seededRandom, starField } from '@datalab/testing'
import { describe, expect, test } from 'vitest'
import { type Affine, distance, IDENTITY, mapped } from '../src/affine.js'
import { alignStars, type StarAlignment, type StarList } from '../src/align-stars.js'
import { detectStars } from '../src/detect-stars.js'
import type { Pixels } from '../src/pixels.js'
import { mirrored, pixelsOf, truthOf } from './support.js'

async function listOf(pixels: Pixels): Promise<StarList> {
  const { width, height } = pixels
  return { stars: await detectStars(pixels), width, height }
}

/** How far the alignment takes places of the first image from where they are, at most: where both images show them. */
function worstError({ map }: StarAlignment, truth: Affine, size: { width: number; height: number }): number {
  const steps = Array.from({ length: 11 }, (_, step) => step / 10)
  const places = steps.flatMap((x) => steps.map((y) => ({ x: x * (size.width - 1), y: y * (size.height - 1) })))
  const isSeen = ({ x, y }: { x: number; y: number }) => x >= 0 && y >= 0 && x < size.width && y < size.height
  return Math.max(
    0,
    ...places
      .filter((place) => isSeen(mapped(truth, place)))
      .map((place) => distance(mapped(map, place), mapped(truth, place))),
  )
}

/** The alignment of two exposures of one field. */
async function aligned(field: StarFieldOptions, moved: StarFieldOptions, isMirrored = false) {
  const first = pixelsOf(starField(field))
  const second = pixelsOf(starField({ ...field, exposure: 1, ...moved }))
  const truth = truthOf(moved, first)
  const found = await alignStars(await listOf(first), await listOf(isMirrored ? mirrored(second) : second))
  const flipped: Affine = { ...truth, xx: -truth.xx, xy: -truth.xy, dx: second.width - 1 - truth.dx }
  return { found, error: found && worstError(found, isMirrored ? flipped : truth, first) }
}

const field = { seed: 11, width: 512, stars: 120 }

describe('to a tenth of a pixel all over the frame:', () => {
  const turns = Array.from({ length: 13 }, (_, turn) => 27.7 * turn)

  test.each(turns)('turned by %s degrees', async (rotation) => {
    const { found, error } = await aligned(field, { rotation, shift: [7.3, -12.8] })
    expect(found!.matched).toBeGreaterThan(50)
    expect(error).toBeLessThan(0.1)
  })

  test.each([0, 60, 180, 301])('mirrored, and turned by %s degrees', async (rotation) => {
    const { error } = await aligned(field, { rotation, shift: [-3.1, 4.4] }, true)
    expect(error).toBeLessThan(0.1)
  })

  test.each([0.5, 0.8, 1.25, 2])('scaled by %s', async (scale) => {
    const { error } = await aligned({ ...field, stars: 250 }, { scale, rotation: 15 })
    expect(error).toBeLessThan(0.1)
  })

  test.each<[string, StarFieldOptions, StarFieldOptions]>([
    ['shifted by half the frame', field, { shift: [256, 0] }],
    ['shifted by part of a pixel', field, { shift: [0.4, 0.3] }],
    ['with other seeing', { ...field, flux: [10_000, 1e6] }, { fwhm: 6, rotation: 3 }],
    ['crowded', { ...field, stars: 4000, flux: [300, 100_000] }, { rotation: 12, shift: [5, 5] }],
    ['faint', { ...field, stars: 200, flux: [300, 5000] }, { rotation: 12, shift: [5, 5] }],
    ['hit by cosmic rays, and crossed by a satellite', { ...field, cosmicRays: 300, satellite: true }, { rotation: 5 }],
    ['undersampled', { ...field, fwhm: 1.4 }, { rotation: 20 }],
    ['with few stars', { ...field, stars: 14 }, { rotation: 100, shift: [10, 10] }],
  ])('%s', async (_, options, moved) => {
    const { error } = await aligned(options, moved)
    expect(error).toBeLessThan(0.1)
  })
})

test('of equal images is nothing at all', async () => {
  const list = await listOf(pixelsOf(starField(field)))
  const { map, residual } = (await alignStars(list, list))!
  for (const [name, value] of Object.entries(map))
    expect(Math.abs(value - IDENTITY[name as keyof Affine])).toBeLessThan(1e-9)
  expect(residual).toBeLessThan(1e-9)
})

test('brightness does not matter: other stars may be bright in another color', async () => {
  const random = seededRandom(12)
  const stars = Array.from({ length: 600 }, () => ({ x: random.between(0, 2000), y: random.between(0, 2000) }))
  const order = (list: typeof stars) =>
    list
      .map((star) => ({ star, light: random.normal() }))
      .sort((a, b) => b.light - a.light)
      .map(({ star }) => star)
  const moved = stars.map(({ x, y }) => ({ x: 2000 - y + 3, y: x - 8 }))
  const size = { width: 2000, height: 2000 }
  const found = await alignStars(
    { ...size, stars: order(stars).slice(0, 300) },
    { ...size, stars: order(moved).slice(0, 300) },
  )
  expect(distance(mapped(found!.map, { x: 100, y: 200 }), { x: 1803, y: 92 })).toBeLessThan(0.01)
})

describe('is none', () => {
  test('of images of different fields', async () => {
    const lists = await Promise.all(
      [1, 2, 3, 4].map((seed) => listOf(pixelsOf(starField({ seed, width: 300, stars: 20 * seed ** 2 })))),
    )
    for (const first of lists)
      for (const second of lists) if (first !== second) expect(await alignStars(first, second)).toBeUndefined()
  })

  test('of random stars, however many', async () => {
    const random = seededRandom(13)
    for (const count of [4, 5, 8, 16, 60, 250]) {
      const list = () => ({
        width: 1000,
        height: 1000,
        stars: Array.from({ length: count }, () => ({ x: random.between(0, 1000), y: random.between(0, 1000) })),
      })
      for (let trial = 0; trial < 4; trial++) expect(await alignStars(list(), list())).toBeUndefined()
    }
  })

  test.each([
    ['no stars', { ...field, stars: 0 }],
    ['two stars', { ...field, seed: 3, stars: 2 }],
  ])('with %s', async (_, options) => {
    expect((await aligned(options, { shift: [3, 3] })).found).toBeUndefined()
  })
})

describe('a guess', () => {
  const stars = [
    { x: 100, y: 100 },
    { x: 400, y: 150 },
    { x: 220, y: 380 },
    { x: 120, y: 300 },
    { x: 330, y: 310 },
    { x: 60, y: 420 },
  ]
  const first = { stars, width: 512, height: 512 }
  // Of six stars four are in both, which quads alone would not prove among so many.
  const second = {
    ...first,
    stars: [...stars.slice(0, 4).map(({ x, y }) => ({ x: x + 40, y: y - 7 })), { x: 9, y: 9 }, { x: 500, y: 20 }],
  }

  test('that is right to a pixel or two is proven by few stars, and refined', async () => {
    const found = await alignStars(first, second, { guess: { ...IDENTITY, dx: 41.2, dy: -8 } })
    expect(found).toMatchObject({ matched: 4 })
    expect(found!.map.dx).toBeCloseTo(40, 6)
  })

  test('that is wrong does no harm', async () => {
    const wrong = { ...IDENTITY, dx: 333, dy: 20 }
    const list = await listOf(pixelsOf(starField(field)))
    expect((await alignStars(list, list, { guess: wrong }))!.map.dx).toBeCloseTo(0, 6)
    const less = { ...second, stars: second.stars.slice(3) }
    expect(await alignStars(first, less, { guess: wrong })).toBeUndefined()
  })
})

test('ends when it is aborted', async () => {
  const list = await listOf(pixelsOf(starField(field)))
  await expect(alignStars(list, list, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'DATALAB_ABORTED',
  })
})
