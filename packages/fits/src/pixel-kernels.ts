import { loadKernels, type PixelKernels } from '@datalab/pixels'

/** Room for a tile of 2048 x 2048 pixels; memory that no tile needs is never touched. */
const ARENA_BYTES = 48 * 1024 * 1024

let kernels: PixelKernels | undefined

/**
 * The kernels of this thread, loaded when they are first asked for: what reads headers alone compiles nothing.
 *
 * Their arena is for them alone, as room for tiles: readings take turns within a thread.
 */
export function pixelKernels(): PixelKernels {
  kernels ??= loadKernels({ arenaBytes: ARENA_BYTES })
  return kernels
}
