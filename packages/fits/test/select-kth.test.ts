import fc from 'fast-check'
import { expect, test } from 'vitest'
import { selectKth } from '../src/select-kth.js'

const short = fc.array(fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: 0, max: 3 })), {
  minLength: 1,
  maxLength: 60,
})
const long = fc
  .tuple(fc.integer({ min: 500, max: 3000 }), fc.integer(), fc.constantFrom(2, 50, 2 ** 31))
  .map(([length, seed, kinds]) => Array.from({ length }, (_, i) => (Math.imul(i + seed, 0x9e3779b1) >>> 0) % kinds))

test('the value at a place is that of the sorted values', () => {
  fc.assert(
    fc.property(fc.oneof(short, long), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (list, share) => {
      const place = Math.floor(share * list.length)
      const values = Float64Array.from(list)
      const sorted = Float64Array.from(list).sort()
      expect(selectKth(values, place)).toEqual(sorted[place] === 0 ? expect.closeTo(0) : sorted[place])
      expect(values.sort()).toEqual(sorted)
    }),
    { seed: 2, numRuns: 500 },
  )
})
