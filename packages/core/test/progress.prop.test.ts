import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Progress } from '../src/progress.js'

const any = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.double())
const step = fc.record({ path: fc.array(fc.nat(2), { maxLength: 3 }), fraction: any })

test('is monotone and within 0 to 1, whatever parts report what', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 3, maxLength: 3 }),
      fc.array(step),
      (weights, steps) => {
        fc.pre(weights.some((weight) => weight > 0))
        const seen: number[] = []
        const root = new Progress((fraction) => seen.push(fraction), new AbortController().signal)
        const parts = new Map<string, readonly Progress[]>()
        const partAt = (path: readonly number[]): Progress => {
          if (path.length === 0) return root
          const parent = path.slice(0, -1)
          const name = parent.join()
          const split = parts.get(name) ?? partAt(parent).split(...weights)
          parts.set(name, split)
          return split[path.at(-1) as number] as Progress
        }
        for (const { path, fraction } of steps) partAt(path).report(fraction)
        expect(seen).toEqual([...seen].sort((a, b) => a - b))
        expect(new Set(seen).size).toBe(seen.length)
        expect(seen.every((fraction) => fraction > 0 && fraction <= 1)).toBe(true)
      },
    ),
    { seed: 11 },
  )
})

test('a part does not leave its range', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (weights, fraction) => {
        const root = new Progress(() => {}, new AbortController().signal)
        const parts = root.split(...weights)
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        let before = 0
        for (const [index, part] of parts.entries()) {
          part.report(fraction)
          before += weights[index] as number
          expect(root.fraction).toBeLessThanOrEqual(before / total)
          part.report(1)
          expect(root.fraction).toBe(before / total)
        }
      },
    ),
    { seed: 12 },
  )
})
