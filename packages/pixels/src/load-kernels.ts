import { Arena } from './arena.js'
import { checkedKernels } from './checked-kernels.js'
import type { PixelKernels } from './kernels.js'
import { arithmeticKernels as referenceArithmetic } from './reference/arithmetic-kernels.js'
import { byteKernels as referenceBytes } from './reference/byte-kernels.js'
import { pictureKernels as referencePictures } from './reference/picture-kernels.js'
import { riceKernels as referenceRice } from './reference/rice-kernels.js'
import { stackKernels as referenceStack } from './reference/stack-kernels.js'
import { statisticsKernels as referenceStatistics } from './reference/statistics-kernels.js'
import { arithmeticKernels } from './simd/arithmetic-kernels.js'
import { byteKernels } from './simd/byte-kernels.js'
import { hasSimd } from './simd/has-simd.js'
import { Machine } from './simd/machine.js'
import { pictureKernels } from './simd/picture-kernels.js'
import { riceKernels } from './simd/rice-kernels.js'
import { stackKernels } from './simd/stack-kernels.js'
import { statisticsKernels } from './simd/statistics-kernels.js'

/** What kernels may be told. */
export interface KernelOptions {
  /** The size of their arena, in bytes; 1 MiB by default. It is taken at once and never grows. */
  readonly arenaBytes?: number
}

const ARENA_BYTES = 2 ** 20

/**
 * The fastest kernels that this machine runs, with an arena of their own: one for each thread that works by itself.
 *
 * The code is compiled once in a thread, synchronously.
 *
 * @throws RangeError when there is not so much memory.
 * @example
 * const kernels = loadKernels()
 * const values = new Float32Array(2)
 * kernels.decodePixels(Uint8Array.of(0, 1, 0x80, 0), 16, { bscale: 1, bzero: 32768, blank: undefined }, values) // [32769, 0]
 */
export function loadKernels(options: KernelOptions = {}): PixelKernels {
  if (!hasSimd()) return referenceKernels(options)
  const machine = new Machine(options.arenaBytes ?? ARENA_BYTES)
  const { arena } = machine
  return checkedKernels({ implementation: 'simd', arena, ...kernelsOf(machine) })
}

/** The same in plain TypeScript: what the fast ones are held against, and what serves where there is no WebAssembly SIMD. */
export function referenceKernels(options: KernelOptions = {}): PixelKernels {
  const arena = new Arena(new ArrayBuffer(options.arenaBytes ?? ARENA_BYTES))
  return checkedKernels({
    implementation: 'reference',
    arena,
    ...referenceBytes,
    ...referenceRice,
    ...referenceStack,
    ...referenceArithmetic,
    ...referenceStatistics,
    ...referencePictures,
  })
}

function kernelsOf(machine: Machine) {
  return {
    ...byteKernels(machine),
    ...riceKernels(machine),
    ...stackKernels(machine),
    ...arithmeticKernels(machine),
    ...statisticsKernels(machine),
    ...pictureKernels(machine),
  }
}
