import { bytesOf } from './band-memory.js'
import type { CombineBandsOptions, Rows } from './combine-options.js'
import { BAND_BYTES, bandsOf, checkRowFits, kernelNanoseconds, rowsIn } from './plan-bands.js'
import type { OpenedFrame } from './row-readers.js'
import { sharedPool } from './worker-pool.js'

/** Into which bands frames are cut that are read from their files. */
export interface StoredBandPlan {
  /** Rows of all frames that a thread has in its memory at once. */
  readonly rows: number
  /** The bands of the result. */
  readonly bands: readonly Rows[]
  /** The most rows of one of these. */
  readonly bandRows: number
}

/** How frames are combined that threads read by themselves, band by band. */
export interface StoredPlan extends StoredBandPlan {
  /** How many of them the pool has at once; 0 where this thread does all. */
  readonly jobs: number
  /** How many of them are in memory, done or not. */
  readonly buffers: number
}

export const MEMORY_BYTES = 64 * 2 ** 20

/** The most that a band of the result takes. */
export const RESULT_BYTES = 2 ** 20

/** About how long this thread is busy with a band, in milliseconds. */
const BAND_MS = 4

/** Nanoseconds in which a pixel is read, and decoded; as it was measured, to within a factor of two. */
export const READ_NS = { plain: 0.5, rice: 2 } as const

/** Rows that are Rice-coded are decoded so many side by side: fewer take longer, even where more do not fit the cache, but for a few times that. */
const ABREAST = { plain: 1, rice: 4 } as const
const CACHES = 4

/** Jobs of each thread: one that it works on, and one for when that is done. */
const JOBS = 2

/** What bands take that are done while the first is not, or is being taken: so nobody waits for a thread that starts, or is slow. */
const DONE_BYTES = 8 * 2 ** 20
const DONE_BANDS = 2

/** @throws RangeError when a single row of all frames is more than the memory holds. */
export function planStored(frames: readonly OpenedFrame[], options: CombineBandsOptions): StoredPlan {
  const { method, width, height, type = 'float32', resultType = 'float32', memoryBytes = MEMORY_BYTES } = options
  const resultBytes = bytesOf(resultType)
  const rowBytes = width * (frames.length * bytesOf(type) + resultBytes)
  const spare = checkRowFits(frames.length, rowBytes, memoryBytes)
  const readNs = frames.reduce((sum, { pixels }) => sum + READ_NS[pixels.kind], 0)
  const rowMs = (width * (readNs + kernelNanoseconds(method, frames.length))) / 1e6
  // Each thread has its own memory, and two bands of the result.
  const wanted = options.workers ?? (sharedPool().isWorth(rowMs * height) ? sharedPool().size : 0)
  const workers = Math.min(wanted, Math.floor(memoryBytes / (rowBytes + spare)) - 1)
  const threads = Math.max(0, workers) + 1
  const share = memoryBytes / threads - spare
  const mostRows = rowsIn(
    Math.min(RESULT_BYTES, share / 8, (BAND_MS / rowMs) * width * resultBytes),
    width * resultBytes,
    height,
  )
  const abreast = frames.reduce((most, { pixels }) => Math.max(most, ABREAST[pixels.kind]), 1)
  const rows = Math.min(mostRows, rowsAtOnce(abreast, rowBytes, share / 2))
  const bandRows = mostRows - (mostRows % rows)
  const jobs = JOBS * (threads - 1)
  const doneBytes = Math.min(DONE_BYTES, memoryBytes / 8)
  const done = Math.max(DONE_BANDS, Math.floor(doneBytes / (bandRows * width * resultBytes)))
  return { rows, bands: bandsOf(height, bandRows), bandRows, jobs, buffers: jobs + done }
}

/** Rows of all frames that fit the cache, filled up to those that are read side by side, as far as they fit the memory. */
function rowsAtOnce(abreast: number, rowBytes: number, memory: number): number {
  const rows = Math.max(1, Math.floor(Math.min(BAND_BYTES, memory) / rowBytes))
  const most = Math.floor(Math.min(CACHES * BAND_BYTES, memory) / rowBytes)
  return most < abreast ? rows : Math.min(Math.ceil(rows / abreast), Math.floor(most / abreast)) * abreast
}
