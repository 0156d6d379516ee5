import fc from 'fast-check'
import { expect, test } from 'vitest'
import { distance } from '../src/affine.js'
import { StarIndex } from '../src/star-index.js'

const coordinate = fc.double({ min: -60, max: 60, noNaN: true })
const point = fc.record({ x: coordinate, y: coordinate })

test('finds the star that is nearest, or none within the radius', () => {
  fc.assert(
    fc.property(
      fc.array(point, { maxLength: 40 }),
      point,
      fc.double({ min: 0, max: 30, noNaN: true }),
      (stars, place, radius) => {
        const apart = stars.map((star) => distance(star, place))
        const least = Math.min(Number.POSITIVE_INFINITY, ...apart)
        const found = new StarIndex(stars).nearest(place, radius)
        expect(found === undefined ? undefined : apart[found]).toBe(least <= radius ? least : undefined)
      },
    ),
    { seed: 51 },
  )
})
