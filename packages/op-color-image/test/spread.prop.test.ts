import fc from 'fast-check'
import { expect, test } from 'vitest'
import { spread } from '../src/spread.js'

const items = fc.array(
  fc.record({
    x: fc.double({ min: 0, max: 159.99, noNaN: true }),
    y: fc.double({ min: 0, max: 79.99, noNaN: true }),
    light: fc.integer({ min: 1, max: 1000 }),
  }),
  { maxLength: 60 },
)
const size = { width: 160, height: 80 }
const cellOf = ({ x, y }: { x: number; y: number }) => `${Math.floor(x / 20)} ${Math.floor(y / 10)}`

test('has the same items, and as many of each cell as of any other until that has no more', () => {
  fc.assert(
    fc.property(items, (list) => {
      const order = spread(list, size, ({ light }) => light)
      expect(new Set(order)).toEqual(new Set(list))
      expect(order).toHaveLength(list.length)
      const counts = new Map<string, number>()
      let round = 0
      for (const item of order) {
        const before = counts.get(cellOf(item)) ?? 0
        expect(before).toBeGreaterThanOrEqual(round)
        round = before
        counts.set(cellOf(item), before + 1)
      }
    }),
    { seed: 31 },
  )
})

test('has the brighter first within a cell, and within a round', () => {
  fc.assert(
    fc.property(items, (list) => {
      const order = spread(list, size, ({ light }) => light)
      const last = new Map<string, number>()
      const rounds = new Map<string, number>()
      let [round, before] = [0, Number.POSITIVE_INFINITY]
      for (const item of order) {
        const cell = cellOf(item)
        expect(item.light).toBeLessThanOrEqual(last.get(cell) ?? Number.POSITIVE_INFINITY)
        last.set(cell, item.light)
        const own = rounds.get(cell) ?? 0
        rounds.set(cell, own + 1)
        if (own === round) expect(item.light).toBeLessThanOrEqual(before)
        round = own
        before = item.light
      }
    }),
    { seed: 32 },
  )
})
