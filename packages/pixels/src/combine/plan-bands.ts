import { networkSizes } from '../network-sizes.gen.js'
import type { CombineMethod, Rows } from './combine-options.js'

/** What there is to combine. */
export interface Workload {
  readonly method: CombineMethod
  readonly frames: number
  readonly width: number
  readonly height: number
  /** Bytes of a pixel in a frame, and in the result. */
  readonly pixelBytes: number
  readonly resultBytes: number
  readonly memoryBytes: number
  /** The most threads that may work at once. */
  readonly workers: number
  /** Whether they are to work, however little there is to do. */
  readonly isForced: boolean
}

/** How it is combined. */
export interface BandPlan {
  /** The rows of a band; the last one may have fewer. */
  readonly rows: number
  readonly bands: readonly Rows[]
  /** How many bands are in memory at once. */
  readonly lanes: number
  /** Threads that combine; 0 where this one does. */
  readonly workers: number
}

/** Bands of all frames together fit the cache of a processor. */
export const BAND_BYTES = 1.5 * 2 ** 20

/** Less work than this, in milliseconds, is done before others have begun. */
const WORTH_WORKERS = 100

/** Nanoseconds in which a value is combined; of other methods, 0.8. */
const NANOSECONDS: { readonly [method in CombineMethod]?: number } = {
  sum: 0.25,
  mean: 0.25,
  calculate: 0.25,
  'sigma-clip': 8,
}

/** The median of more frames is found by bisection. */
const MOST_SORTED = Math.max(...networkSizes)

/** What is laid out besides, for each plane. */
const PLANE_SPARE = 256

/**
 * Into which bands an image is cut, and how many are in memory at once: as many rows as fit the cache, and no more bands than fit the memory.
 *
 * @throws RangeError when a single row of all frames is more than the memory holds.
 */
export function planBands(load: Workload): BandPlan {
  const { frames, width, height, memoryBytes } = load
  const rowBytes = width * (frames * load.pixelBytes + load.resultBytes)
  const spare = checkRowFits(frames, rowBytes, memoryBytes)
  const workers = workersFor(load)
  // While each worker has a band, the next is read.
  const wanted = workers > 0 ? workers + 1 : 1
  const lanes = Math.max(1, Math.min(wanted, Math.floor(memoryBytes / (rowBytes + spare))))
  const rows = rowsIn(Math.min(BAND_BYTES, memoryBytes / lanes - spare), rowBytes, height)
  return { rows, bands: bandsOf(height, rows), lanes, workers }
}

/** Rows from the first to the last, so many at once; of the last there may be fewer. */
export function bandsOf(height: number, rows: number): Rows[] {
  return Array.from({ length: Math.ceil(height / rows) }, (_, band) => ({
    from: band * rows,
    to: Math.min(height, (band + 1) * rows),
  }))
}

function workersFor(load: Workload): number {
  return load.isForced || millisecondsOf(load) >= WORTH_WORKERS ? load.workers : 0
}

/**
 * The bytes that are laid out besides, for bands of so many frames.
 *
 * @throws RangeError when a single row of all frames is more than the memory holds.
 */
export function checkRowFits(frames: number, rowBytes: number, memoryBytes: number): number {
  const least = rowMemory(frames, rowBytes)
  if (least <= memoryBytes) return least - rowBytes
  throw new RangeError(`One row of ${frames} frames takes ${least} bytes, and the memory is limited to ${memoryBytes}.`)
}

/** The bytes that one row of so many frames takes, with what is laid out besides. */
export function rowMemory(frames: number, rowBytes: number): number {
  return rowBytes + (frames + 1) * PLANE_SPARE
}

/** How many rows such a room has; one at least. */
export function rowsIn(bytes: number, rowBytes: number, height: number): number {
  return Math.max(1, Math.min(height, Math.floor(bytes / rowBytes)))
}

/** About how long one thread combines all. */
function millisecondsOf({ method, frames, width, height }: Workload): number {
  return (width * height * kernelNanoseconds(method, frames)) / 1e6
}

/** About how long one thread combines a pixel of all frames: as it was measured, to within a factor of two. */
export function kernelNanoseconds(method: CombineMethod, frames: number): number {
  if (method === 'median') return frames * (frames > MOST_SORTED ? 0.2 : 0.09) * Math.log2(frames + 1)
  return frames * (NANOSECONDS[method] ?? 0.8)
}
