import { afterEach, expect, test, vi } from 'vitest'
import { hasSimd, loadKernels, referenceKernels } from '../src/index.js'

afterEach(() => vi.restoreAllMocks())

test('gives vectors where there are some', () => {
  expect(hasSimd()).toBe(true)
  expect(loadKernels().implementation).toBe('simd')
  expect(referenceKernels().implementation).toBe('reference')
})

test('gives the reference where there is no SIMD', () => {
  vi.spyOn(WebAssembly, 'validate').mockReturnValue(false)
  expect(hasSimd()).toBe(false)
  const kernels = loadKernels({ arenaBytes: 4096 })
  expect(kernels.implementation).toBe('reference')
  expect(kernels.arena.size).toBe(4096)
})

test('each has an arena of its own, of the size asked for', () => {
  const [a, b] = [loadKernels({ arenaBytes: 100_000 }), loadKernels({ arenaBytes: 100_000 })]
  expect(a.arena.size).toBeGreaterThanOrEqual(100_000)
  a.arena.allocate('uint8', 10).fill(1)
  expect([...b.arena.allocate('uint8', 10)]).toEqual(new Array(10).fill(0))
})
