import { describe, expect, test } from 'vitest'
import { type Affine, IDENTITY } from '../src/affine.js'
import type { Pixels } from '../src/pixels.js'
import { Resampler } from '../src/resample.js'
import { drawn, gaussian } from './support.js'

/** An image of a size, seen through a map. */
function seen(image: Pixels, map: Affine, width = image.width, height = image.height): number[][] {
  const resampler = new Resampler(image, map)
  return Array.from({ length: height }, (_, y) => {
    const row = new Float64Array(width)
    resampler.row(y, row)
    return [...row]
  })
}

const { NaN: missing } = Number
const counting = drawn(4, 3, (x, y) => 10 * y + x)

describe('a shift by whole pixels', () => {
  test('leaves every value as it is', () => {
    expect(seen(counting, { ...IDENTITY, dx: 1, dy: -1 })).toEqual([
      [missing, missing, missing, missing],
      [1, 2, 3, missing],
      [11, 12, 13, missing],
    ])
  })

  test('may make the image larger, or smaller, than it is', () => {
    expect(seen(counting, IDENTITY, 2, 1)).toEqual([[0, 1]])
    expect(seen(counting, { ...IDENTITY, dx: -1 }, 6, 1)).toEqual([[missing, 0, 1, 2, 3, missing]])
    expect(seen(counting, { ...IDENTITY, dx: 9 }, 2, 1)).toEqual([[missing, missing]])
  })
})

const turn = (degrees: number, scale = 1): Affine => {
  const [cos, sin] = [scale * Math.cos((degrees * Math.PI) / 180), scale * Math.sin((degrees * Math.PI) / 180)]
  return { xx: cos, xy: -sin, yx: sin, yy: cos, dx: 40 - cos * 40 + sin * 40, dy: 40 - sin * 40 - cos * 40 }
}

describe('between pixels', () => {
  const smooth = (x: number, y: number) => 500 + 80 * Math.sin(x / 5) + 60 * Math.cos(y / 4 + x / 9)

  test.each([
    ['a part of a pixel', { ...IDENTITY, dx: 0.37, dy: -0.61 }],
    ['a turn', turn(33)],
    ['a mirror', { ...IDENTITY, xx: -1, dx: 80.25 }],
    ['a magnification', turn(10, 0.6)],
    ['a reduction', turn(10, 1.2)],
  ])('%s of a smooth image is the image', (_, map) => {
    const image = drawn(81, 81, smooth)
    const rows = seen(image, map)
    let [worst, count] = [0, 0]
    for (let y = 0; y < 81; y++)
      for (let x = 0; x < 81; x++) {
        const [u, v] = [map.xx * x + map.xy * y + map.dx, map.yx * x + map.yy * y + map.dy]
        if (u < 5 || v < 5 || u > 75 || v > 75) continue
        worst = Math.max(worst, Math.abs(rows[y]![x]! - smooth(u, v)))
        count++
      }
    expect(count).toBeGreaterThan(2000)
    // Of an amplitude of 140.
    expect(worst).toBeLessThan(0.7)
  })

  test('a level image stays level to its edges', () => {
    for (const map of [turn(20), turn(5, 3), turn(70, 0.4)])
      for (const value of seen(
        drawn(81, 81, () => 7),
        map,
      ).flat())
        if (!Number.isNaN(value)) expect(value).toBeCloseTo(7, 9)
  })

  test('a star keeps its place and, nearly, its light', () => {
    const image = drawn(81, 81, (x, y) => gaussian({ x, y }, { x: 40, y: 40 }, 1000, 1.3))
    const rows = seen(image, { ...IDENTITY, dx: 0.5, dy: 0.5 })
    let [light, sumX] = [0, 0]
    for (const row of rows)
      for (const [x, value] of row.entries()) [light, sumX] = [light + (value || 0), sumX + x * (value || 0)]
    expect(Math.abs(light / 1000 - 1)).toBeLessThan(0.03)
    expect(sumX / light).toBeCloseTo(39.5, 2)
  })

  test.each([1.2, 2, 4])('a star keeps its light where %s pixels become one', (scale) => {
    for (const shift of [0, 0.4, 1, 1.6]) {
      const image = drawn(161, 161, (x, y) => gaussian({ x, y }, { x: 80 + shift, y: 80 }, 1000, 1))
      const light = seen(image, { ...IDENTITY, xx: scale, yy: scale }, Math.floor(160 / scale), Math.floor(160 / scale))
      const sum = light.flat().reduce((total, value) => total + (value || 0), 0)
      expect(Math.abs((sum * scale ** 2) / 1000 - 1)).toBeLessThan(0.06)
    }
  })

  test('a bright pixel has no dark ring, and a dead one no bright ring', () => {
    const image = drawn(41, 41, (x, y) =>
      x === 10 && y === 10 ? 60_000 : x === 30 && y === 30 ? -60_000 : 100 + ((x * 7 + y * 3) % 5),
    )
    for (const [y, row] of seen(image, { ...IDENTITY, dx: 0.4, dy: 0.3 }).entries())
      for (const [x, value] of row.entries()) {
        if (Math.hypot(x - 10, y - 10) > 1.5 && Math.hypot(x - 30, y - 30) > 1.5 && !Number.isNaN(value)) {
          expect(value).toBeGreaterThanOrEqual(98)
          expect(value).toBeLessThanOrEqual(106)
        }
      }
  })

  test('what is finer than the pixels to be made is averaged away', () => {
    const checks = drawn(160, 160, (x, y) => ((x + y) % 2 === 0 ? 0 : 200))
    const rows = seen(checks, { ...IDENTITY, xx: 2, yy: 2, dx: 0.3, dy: 0.3 }, 70, 70)
    for (const row of rows.slice(10, 60))
      for (const value of row.slice(10, 60)) expect(Math.abs(value - 100)).toBeLessThan(2)
  })
})

describe('missing values', () => {
  const holed = drawn(40, 40, (x, y) =>
    x === 20 && y === 20 ? missing : x === 21 && y === 20 ? Number.POSITIVE_INFINITY : 5 + x,
  )

  test('are missing where they are nearest, and weigh nothing elsewhere', () => {
    const rows = seen(holed, { ...IDENTITY, dx: 0.25, dy: 0.25 })
    const absent = rows.flatMap((row, y) => row.flatMap((value, x) => (Number.isNaN(value) ? [[x, y]] : [])))
    expect(absent).toEqual([
      [20, 20],
      [21, 20],
    ])
    for (const [x, y] of [
      [19, 20],
      [20, 19],
      [22, 20],
    ] as const)
      expect(Math.abs(rows[y]![x]! - 5.25 - x)).toBeLessThan(0.5)
  })

  test('all of them leave nothing', () => {
    expect(
      seen(
        drawn(9, 9, () => missing),
        turn(3),
      )
        .flat()
        .every(Number.isNaN),
    ).toBe(true)
  })

  test('a single pixel among them is what it is', () => {
    const lone = drawn(15, 15, (x, y) => (x === 7 && y === 7 ? 42 : missing))
    const values = seen(lone, { ...IDENTITY, dx: 0.45, dy: -0.45 })
      .flat()
      .filter((value) => !Number.isNaN(value))
    expect(values).toEqual([42])
  })
})

test('half a pixel beyond the outermost ones the image ends', () => {
  const [row] = seen(
    drawn(10, 10, () => 3),
    { ...IDENTITY, dx: -0.4, dy: 0.2 },
    12,
    1,
  ) as [number[]]
  expect(row.map((value) => (Number.isNaN(value) ? missing : Math.round(value * 1e9) / 1e9))).toEqual([
    ...Array<number>(10).fill(3),
    missing,
    missing,
  ])
})

test('an image of one pixel is one', () => {
  expect(
    seen(
      drawn(1, 1, () => 9),
      { ...IDENTITY, dx: 0.3 },
      2,
      1,
    ),
  ).toEqual([[9, missing]])
})

test('of float64 nothing is lost', () => {
  const image = { data: Float64Array.from({ length: 400 }, (_, at) => 1e12 + at), width: 20, height: 20 }
  expect(seen(image, { ...IDENTITY, dx: 0.5 })[10]![10]! - 1e12).toBeCloseTo(210.5, 3)
})
