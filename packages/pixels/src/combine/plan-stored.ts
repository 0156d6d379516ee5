import { bytesOf } from './band-memory.js'
import type { CombineBandsOptions, Rows } from './combine-options.js'
import { BAND_BYTES, bandsOf, checkRowFits, kernelNanoseconds, rowsIn } from './plan-bands.js'
import type { OpenedFrame } from './row-readers.js'
import { sharedPool, type WorkerPool } from './worker-pool.js'

/** How frames are combined that threads read by themselves, band by band. */
export interface StoredPlan {
  /** Rows of all frames that a thread has in its memory at once. */
  readonly rows: number
  /** The bands of the result. */
  readonly bands: readonly Rows[]
  /** The most rows of one of these. */
  readonly bandRows: number
  /** How many of them the pool has at once; 0 where this thread does all. */
  readonly jobs: number
  /** How many of them are in memory, done or not, where there is a pool. */
  readonly buffers: number
}

const MEMORY_BYTES = 64 * 2 ** 20

/** The most that a band of the result takes. */
const RESULT_BYTES = 2 ** 20

/** About how long this thread is busy with a band, in milliseconds. */
const BAND_MS = 4

/** Nanoseconds in which a pixel is read, and decoded; as it was measured, to within a factor of two. */
const READ_NS = { plain: 0.5, rice: 2 } as const

/** How many rows of all frames are in memory at once. */
interface RowsAtOnce {
  /** So many are read side by side: fewer take longer. */
  readonly abreast: number
  /** What they take, and the most that they take for some to be read side by side. */
  readonly bytes: number
  readonly mostBytes: number
}

/** What is read is to be in the cache still; to decode bit by bit takes so long that fewer calls for more rows gain more than that. */
const PLAIN: RowsAtOnce = { abreast: 1, bytes: 2 * BAND_BYTES, mostBytes: 2 * BAND_BYTES }
const CODED: RowsAtOnce = { abreast: 4, bytes: 2 * BAND_BYTES, mostBytes: 4 * BAND_BYTES }

/** Jobs of each thread: one that it works on, and one for when that is done. */
const JOBS = 2

/** What bands take that are done while the first is not, or is being taken: so nobody waits for a thread that starts, or is slow. */
const DONE_BYTES = 8 * 2 ** 20
const DONE_BANDS = 2

/** @throws RangeError when a single row of all frames is more than the memory holds. */
export function planStored(
  frames: readonly OpenedFrame[],
  options: CombineBandsOptions,
  pool: Pick<WorkerPool, 'size' | 'isWorth'> = sharedPool(),
): StoredPlan {
  const { method, width, height, type = 'float32', resultType = 'float32', memoryBytes = MEMORY_BYTES } = options
  const resultBytes = bytesOf(resultType)
  const rowBytes = width * (frames.length * bytesOf(type) + resultBytes)
  const spare = checkRowFits(frames.length, rowBytes, memoryBytes)
  const coded = frames.filter(({ pixels }) => pixels.kind === 'rice').length
  const plainNs = (frames.length - coded) * READ_NS.plain
  const workNs = coded * READ_NS.rice + kernelNanoseconds(method, frames.length)
  const rowMs = (width * (plainNs + workNs)) / 1e6
  // Plain rows are copied by the system as fast as memory gives them: several threads have them hardly sooner than one.
  const wanted = options.workers ?? (pool.isWorth((width * height * workNs) / 1e6) ? pool.size : 0)
  // Each thread has its own memory, and two bands of the result.
  const workers = Math.min(wanted, Math.floor(memoryBytes / (rowBytes + spare)) - 1)
  const threads = Math.max(0, workers) + 1
  const share = memoryBytes / threads - spare
  const mostRows = rowsIn(
    Math.min(RESULT_BYTES, share / 8, (BAND_MS / rowMs) * width * resultBytes),
    width * resultBytes,
    height,
  )
  const rows = Math.min(height, rowsAtOnce(coded > 0 ? CODED : PLAIN, rowBytes, share / 2, mostRows))
  const bandRows = Math.max(rows, mostRows - (mostRows % rows))
  const jobs = JOBS * (threads - 1)
  const doneBytes = Math.min(DONE_BYTES, memoryBytes / 8)
  const done = Math.max(DONE_BANDS, Math.floor(doneBytes / (bandRows * width * resultBytes)))
  return { rows, bands: bandsOf(height, bandRows), bandRows, jobs, buffers: jobs + done }
}

/** Whole numbers of those that are read side by side, as far as the memory has room. */
function rowsAtOnce(
  { abreast, bytes, mostBytes }: RowsAtOnce,
  rowBytes: number,
  memory: number,
  wanted: number,
): number {
  const rows = Math.max(1, Math.min(wanted, Math.floor(Math.min(bytes, memory) / rowBytes)))
  const most = Math.min(Math.max(wanted, abreast), Math.floor(Math.min(mostBytes, memory) / rowBytes))
  return most < abreast ? rows : Math.min(Math.ceil(rows / abreast), Math.floor(most / abreast)) * abreast
}
