import fc from 'fast-check'
import { expect, test } from 'vitest'
import { areaOf, type Corners, Overlap } from '../src/overlap.js'

/** A quadrilateral about a place: turned, of another size and a little askew, and mirrored or not. */
const quadrilateral = fc
  .record({
    turn: fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
    scale: fc.double({ min: 0.2, max: 3, noNaN: true }),
    x: fc.double({ min: 4, max: 6, noNaN: true }),
    y: fc.double({ min: 4, max: 6, noNaN: true }),
    askew: fc.array(fc.double({ min: -0.1, max: 0.1, noNaN: true }), { minLength: 8, maxLength: 8 }),
    isMirrored: fc.boolean(),
  })
  .map(({ turn, scale, x, y, askew, isMirrored }) => {
    const places = [0, 1, 2, 3].map((corner) => {
      const angle = turn + ((isMirrored ? -corner : corner) * Math.PI) / 2
      return [
        x + scale * (Math.cos(angle) + askew[2 * corner]!),
        y + scale * (Math.sin(angle) + askew[2 * corner + 1]!),
      ] as const
    })
    const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = places as unknown as readonly (readonly [number, number])[] as [
      [number, number],
      [number, number],
      [number, number],
      [number, number],
    ]
    return { x0, y0, x1, y1, x2, y2, x3, y3 }
  })

/** The area that it has in common with a pixel. */
function overlap(corners: Corners, x: number, y: number): number {
  const areas = new Overlap()
  areas.take(corners)
  areas.column(x)
  return areas.pixel(y)
}

const pixels = Array.from({ length: 100 }, (_, at) => ({ x: at % 10, y: Math.floor(at / 10) }))

/** The share of fine points within a pixel that are within the quadrilateral, which is convex. */
function counted(corners: Corners, x: number, y: number): number {
  const { x0, y0, x1, y1, x2, y2, x3, y3 } = corners
  const sign = Math.sign(areaOf(corners))
  const edges = [
    [x0, y0, x1, y1],
    [x1, y1, x2, y2],
    [x2, y2, x3, y3],
    [x3, y3, x0, y0],
  ] as const
  const steps = Array.from({ length: 40 }, (_, step) => (step + 0.5) / 40)
  const isIn = (px: number, py: number) =>
    edges.every(([ax, ay, bx, by]) => sign * ((bx - ax) * (py - ay) - (by - ay) * (px - ax)) >= 0)
  const inside = steps.flatMap((dx) => steps.filter((dy) => isIn(x + dx, y + dy)))
  return (sign * inside.length) / 1600
}

test('what all pixels have in common with it is its area', () => {
  fc.assert(
    fc.property(quadrilateral, (corners) => {
      const sum = pixels.reduce((total, { x, y }) => total + overlap(corners, x, y), 0)
      expect(sum).toBeCloseTo(areaOf(corners), 10)
    }),
    { seed: 31, numRuns: 300 },
  )
})

test('what a pixel has in common with it is what counting finds', () => {
  fc.assert(
    fc.property(quadrilateral, fc.integer({ min: 3, max: 6 }), fc.integer({ min: 3, max: 6 }), (corners, x, y) => {
      expect(Math.abs(overlap(corners, x, y) - counted(corners, x, y))).toBeLessThan(0.03)
    }),
    { seed: 32, numRuns: 200 },
  )
})
