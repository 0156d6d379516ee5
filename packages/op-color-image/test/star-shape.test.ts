import { expect, test } from 'vitest'
import { shapeOf } from '../src/star-shape.js'
import { drawn, gaussian } from './support.js'

const smooth = (width: number, height: number, value: (x: number, y: number) => number) => ({
  data: Float32Array.from(drawn(width, height, value).data),
  width,
  height,
})
const peakAt = (image: ReturnType<typeof smooth>, x: number, y: number) => ({
  x,
  y,
  height: image.data[y * image.width + x] as number,
})

test('of a round star: its width, and its middle to a part of a pixel', () => {
  const star = { x: 20.3, y: 17.8 }
  const image = smooth(40, 40, (x, y) => gaussian({ x, y }, star, 1e5, 2.5))
  const shape = shapeOf(image, peakAt(image, 20, 18))
  expect(Math.hypot(shape!.x - star.x, shape!.y - star.y)).toBeLessThan(0.15)
  expect(Math.abs(shape!.fwhm / (2.5 * 2.355) - 1)).toBeLessThan(0.1)
  expect(shape!.elongation).toBeLessThan(1.15)
})

test('of a trail: it is long', () => {
  const image = smooth(60, 40, (x, y) => 100 * Math.exp(-((y - 20) ** 2) / 4 - ((x - 30) / 12) ** 4))
  expect(shapeOf(image, peakAt(image, 30, 20))!.elongation).toBeGreaterThan(4)
})

test('of one star beside another: its own pixels only', () => {
  const image = smooth(
    40,
    40,
    (x, y) => gaussian({ x, y }, { x: 14, y: 20 }, 1e5, 2) + gaussian({ x, y }, { x: 24, y: 20 }, 1e5, 2),
  )
  const shape = shapeOf(image, peakAt(image, 14, 20))
  expect(shape!.pixels.every((at) => at % 40 < 19)).toBe(true)
  expect(Math.abs(shape!.x - 14)).toBeLessThan(0.05)
})

test.each([
  ['larger than a star', smooth(100, 100, (x, y) => 1000 - Math.hypot(x - 50, y - 50)), 50, 50],
  ['cut by the edge', smooth(40, 40, (x, y) => gaussian({ x, y }, { x: 1, y: 20 }, 1e5, 3)), 1, 20],
])('what is %s has none', (_, image, x, y) => {
  expect(shapeOf(image, peakAt(image, x, y))).toBeUndefined()
})
