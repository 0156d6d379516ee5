import fc from 'fast-check'
import { expect } from 'vitest'
import { loadKernels, type PixelKernels, referenceKernels } from '../src/index.js'

/** The fast kernels; their arena is smaller than what some tests give them. */
export const simd = loadKernels({ arenaBytes: 64 * 1024 })

/** What they are held against. */
export const reference = referenceKernels({ arenaBytes: 64 * 1024 })

/** Both, for tests of what either must do. */
export const all: readonly PixelKernels[] = [simd, reference]

type Numbers = ArrayLike<number> | ArrayLike<bigint>

/** That two arrays hold the same numbers: NaN is NaN, and -0 is not 0. */
export function expectSame(found: Numbers, wanted: Numbers): void {
  if (found.length !== wanted.length) expect(found.length).toBe(wanted.length)
  for (let i = 0; i < found.length; i++) {
    if (!Object.is(found[i], wanted[i])) expect({ at: i, value: found[i] }).toEqual({ at: i, value: wanted[i] })
  }
}

/** Numbers that are easily got wrong, among ordinary ones. */
const odd = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  0,
  1e-45,
  -1e-40,
  3.4028234e38,
  -3.4028234e38,
]

/** Pixels of a float image. */
export const floats = fc.oneof(
  { weight: 6, arbitrary: fc.float({ min: -1000, max: 1000, noNaN: true }) },
  { weight: 2, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 1, arbitrary: fc.float() },
  { weight: 1, arbitrary: fc.constantFrom(...odd) },
)

/** Many pixels from a seed, about 0 with a few that are far off; each `holes`-th is NaN, about. */
export function noise(length: number, seed: number, holes = 0): Float64Array<ArrayBuffer> {
  let state = seed * 2 + 1
  const next = () => {
    state = (16_807 * state) % 2_147_483_647
    return state / 2_147_483_647
  }
  return Float64Array.from({ length }, () => {
    const value = (next() + next() + next() - 1.5) * 40 + (next() < 0.01 ? 5000 * next() : 0)
    return holes > 0 && next() * holes < 1 ? Number.NaN : value
  })
}
