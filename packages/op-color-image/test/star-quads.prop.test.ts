import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Affine, mapped } from '../src/affine.js'
import { mirroredQuads, starQuads } from '../src/star-quads.js'

const whole = fc.integer({ min: 0, max: 2000 })
const stars = fc.uniqueArray(fc.record({ x: whole, y: whole }), {
  minLength: 4,
  maxLength: 12,
  selector: ({ x, y }) => `${x} ${y}`,
})
const motion = fc.record({
  angle: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
  scale: fc.double({ min: 1, max: 10, noNaN: true }),
  dx: fc.double({ min: -1000, max: 1000, noNaN: true }),
})

const sorted = (quads: ReturnType<typeof starQuads>) =>
  new Map(quads.map(({ stars: four, code }) => [[...four].sort((a, b) => a - b).join(), code]))

test('the codes stay when the stars are shifted, turned and spread out', () => {
  fc.assert(
    fc.property(stars, motion, (list, { angle, scale, dx }) => {
      const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)]
      const map: Affine = { xx: cos, xy: -sin, yx: sin, yy: cos, dx, dy: -dx }
      const before = sorted(starQuads(list))
      const after = sorted(starQuads(list.map((star) => mapped(map, star))))
      for (const [four, code] of before) {
        const other = after.get(four)
        // Where two distances, or two places, are equal, rounding chooses another way to write the same quad.
        if (other === undefined || code.some((value, place) => Math.abs(value - other[place]!) > 1e-6)) {
          expect(isAmbiguous(four, list)).toBe(true)
        }
      }
    }),
    { seed: 41 },
  )
})

test('the codes of the mirrored stars are known without them', () => {
  fc.assert(
    fc.property(stars, (list) => {
      const known = sorted(mirroredQuads(starQuads(list)))
      for (const [four, code] of sorted(starQuads(list.map(({ x, y }) => ({ x: -x, y }))))) {
        const other = known.get(four)
        if (other === undefined || code.some((value, place) => Math.abs(value - other[place]!) > 1e-6))
          expect(
            isAmbiguous(
              four,
              list.map(({ x, y }) => ({ x: -x, y })),
            ),
          ).toBe(true)
      }
    }),
    { seed: 42 },
  )
})

/** Whether two of the distances of four stars, or two numbers that their code is ordered by, are equal. */
function isAmbiguous(four: string, list: readonly { x: number; y: number }[]): boolean {
  const points = four.split(',').map((place) => list[Number(place)]!)
  const distances = points.flatMap((a, i) => points.slice(i + 1).map((b) => Math.hypot(a.x - b.x, a.y - b.y)))
  const [longest, next] = distances.sort((a, b) => b - a) as [number, number]
  const [quad] = starQuads(points)
  if (longest - next < 1e-6 || quad === undefined) return true
  const [xc, , xd] = quad.code
  return Math.abs(xc - xd) < 1e-6 || Math.abs(xc + xd - 1) < 1e-6
}
