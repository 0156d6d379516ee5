import { loadKernels, type PixelKernels } from '@datalab/pixels'

/** Pixels that are worked on at once, as a rule: rows, or a row of blocks of a picture. */
const FEW_PIXELS = 2 ** 16

/** What the kernels take for each of them at most, and for all. */
const FEW_BYTES = 36 * FEW_PIXELS

/** Room for a tile of 2048 x 2048 pixels. Memory that no tile needs is never touched, but it counts when V8 asks whether there is garbage. */
const MANY_BYTES = 48 * 1024 * 1024

let few: PixelKernels | undefined
let many: PixelKernels | undefined

/**
 * The kernels of this thread, loaded when they are first asked for: what reads headers alone compiles nothing.
 *
 * Their arena is for them alone, as room for tiles: readings take turns within a thread.
 *
 * @param pixels How many there are in a tile, or whatever they need all of at once; what takes pixels piece by piece need not say.
 */
export function pixelKernels(pixels = 0): PixelKernels {
  if (pixels > FEW_PIXELS) {
    many ??= loadKernels({ arenaBytes: MANY_BYTES })
    return many
  }
  few ??= loadKernels({ arenaBytes: FEW_BYTES })
  return few
}
