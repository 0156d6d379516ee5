import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Affine, distance, mapped } from '../src/affine.js'
import { fitAffine, fitSimilarity } from '../src/fit-affine.js'

const coordinate = fc.double({ min: -5000, max: 5000, noNaN: true })
const whole = fc.integer({ min: -5000, max: 5000 })
const points = fc.array(fc.record({ x: whole, y: whole }), { minLength: 4, maxLength: 30 })
const similarity = fc
  .record({
    angle: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
    scale: fc.double({ min: 0.1, max: 10, noNaN: true }),
    isMirrored: fc.boolean(),
    dx: coordinate,
    dy: coordinate,
  })
  .map(({ angle, scale, isMirrored, dx, dy }): Affine => {
    const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)]
    return isMirrored
      ? { xx: cos, xy: sin, yx: sin, yy: -cos, dx, dy }
      : { xx: cos, xy: -sin, yx: sin, yy: cos, dx, dy }
  })

test('a similarity is found from what it does, mirrored or not', () => {
  fc.assert(
    fc.property(points, similarity, (places, map) => {
      fc.pre(places.some((place) => distance(place, places[0]!) > 0))
      // Two places, or such on one line, are as well mirrored as turned: what counts is that they are taken where they belong.
      const found = fitSimilarity(places.map((from) => ({ from, to: mapped(map, from) })))
      for (const place of places) expect(distance(mapped(found!, place), mapped(map, place))).toBeLessThan(1e-6)
    }),
    { seed: 21 },
  )
})

test('an affine map is found from what it does, or nothing where the places are on one line', () => {
  fc.assert(
    fc.property(points, similarity, fc.double({ min: 0.5, max: 2, noNaN: true }), (places, turn, stretch) => {
      const map = { ...turn, xx: turn.xx * stretch, yx: turn.yx * stretch }
      const found = fitAffine(places.map((from) => ({ from, to: mapped(map, from) })))
      if (found === undefined) return
      for (const place of places) expect(distance(mapped(found, place), mapped(map, place))).toBeLessThan(1e-4)
    }),
    { seed: 22 },
  )
})
