import { seededRandom, starField } from '@datalab/testing'
import { describe, expect, test } from 'vitest'
import { fillFromMesh, measureSky, meshAt } from '../src/sky.js'
import { drawn, pixelsOf } from './support.js'

describe('the level and the noise', () => {
  test('of a flat sky', async () => {
    const random = seededRandom(1)
    const sky = await measureSky(drawn(300, 200, () => 1000 + 20 * random.normal()))
    expect(sky?.level).toMatchObject({ columns: 5, rows: 3, width: 300, height: 200 })
    for (const level of sky!.level.values) expect(Math.abs(level - 1000)).toBeLessThan(2)
    for (const noise of sky!.noise.values) expect(Math.abs(noise / 20 - 1)).toBeLessThan(0.1)
  })

  test('of a sky that gets brighter to the right', async () => {
    const random = seededRandom(2)
    const sky = await measureSky(drawn(512, 256, (x) => 100 + x + 5 * random.normal()))
    for (const x of [64, 200, 256, 400]) expect(Math.abs(meshAt(sky!.level, x, 128) - 100 - x)).toBeLessThan(4)
  })

  test('are not those of the stars', async () => {
    const sky = await measureSky(pixelsOf(starField({ width: 256, stars: 300, flux: [1000, 1e6], sky: 100 })))
    for (const level of sky!.level.values) expect(Math.abs(level - 100)).toBeLessThan(6)
  })

  test('are those of what is there, where some is missing', async () => {
    const random = seededRandom(3)
    const sky = await measureSky(drawn(256, 256, (x) => (x < 128 ? Number.NaN : 50 + random.normal())))
    for (const level of sky!.level.values) expect(Math.abs(level - 50)).toBeLessThan(1)
  })

  test('of one value are exact', async () => {
    const sky = await measureSky(drawn(100, 100, () => 7))
    expect([...sky!.level.values, ...sky!.noise.values]).toEqual([7, 7, 7, 7, 0, 0, 0, 0])
  })
})

test.each([
  ['without values', drawn(50, 50, () => Number.NaN)],
  ['with infinities only', drawn(50, 50, () => Number.POSITIVE_INFINITY)],
  ['too small', drawn(3, 3, () => 1)],
])('an image %s has no sky', async (_, pixels) => {
  expect(await measureSky(pixels)).toBeUndefined()
})

test('the mesh is linear between the middles of its cells, and level beyond them', () => {
  const mesh = { columns: 2, rows: 2, width: 20, height: 10, values: Float64Array.of(0, 10, 100, 110) }
  // The middles are between pixels 4 and 5, and 14 and 15; in height at 2 and 7.
  expect(meshAt(mesh, 4.5, 2)).toBeCloseTo(0, 12)
  expect(meshAt(mesh, 14.5, 2)).toBeCloseTo(10, 12)
  expect(meshAt(mesh, 9.5, 4.5)).toBeCloseTo(55, 12)
  expect(meshAt(mesh, 0, 0)).toBe(0)
  expect(meshAt(mesh, 19, 9)).toBe(110)
  const row = new Float64Array(3)
  fillFromMesh(mesh, 8, 2, row)
  expect([...row].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([3.5, 4.5, 5.5])
})
