import { bytesOf } from './band-memory.js'
import type { CombineBandsOptions } from './combine-options.js'
import { bandsOf, kernelNanoseconds, rowMemory, rowsIn } from './plan-bands.js'
import { MEMORY_BYTES, READ_NS, RESULT_BYTES, type StoredBandPlan } from './plan-stored.js'
import { type PlainFile, plainFile } from './read-pixels.js'
import type { OpenedFrame } from './row-readers.js'
import { sharedPool, type WorkerPool } from './worker-pool.js'

/** How frames are combined by this thread, while the rows that come next are being read. */
export interface AheadPlan extends StoredBandPlan {
  readonly files: readonly PlainFile[]
  readonly height: number
  /** Bytes of a stored pixel, the most that any of the frames has. */
  readonly storedBytes: number
}

/** What is read at once: of each frame so much that threads are seldom woken for it, of all together no more than a cache holds twice. */
const FRAME_BYTES = 2 ** 20
const MOST_BYTES = 8 * 2 ** 20

/** Less of a frame is sooner read than asked for: who reads on gets it from memory, and each request takes a turn of two threads, and garbage. */
const LEAST_BYTES = 2 ** 19

/** Threads of the system that read at once. */
const READERS = 4

/** How much longer a thread takes while others use the memory, too: to combine what they have read, and to read beside them. */
const BESIDE_OTHERS = 1.3

/**
 * Undefined where rows cannot be read ahead: those that have to be decoded bit by bit, those of files that are not open, and of so many that little
 * of each is read at once; and where threads that read and combine take far less time, since combining takes far longer than reading.
 */
export function planAhead(
  frames: readonly OpenedFrame[],
  options: CombineBandsOptions,
  pool: Pick<WorkerPool, 'size' | 'isWorth'> = sharedPool(),
): AheadPlan | undefined {
  const { width, height, type = 'float32', resultType = 'float32', memoryBytes = MEMORY_BYTES } = options
  const files = frames.map(plainFile).filter((file) => file !== undefined)
  if (files.length < frames.length || areThreadsWorthIt(files.length, options, pool)) return undefined
  const storedBytes = Math.max(...files.map(({ pixels }) => Math.abs(pixels.bitpix) / 8))
  // In memory are rows that were read, those that are being read, and what those become.
  const rowBytes = files.length * width * Math.max(storedBytes, bytesOf(type))
  const share = memoryBytes / 4 - rowMemory(files.length, 0)
  const bytes = Math.min(share, MOST_BYTES, files.length * FRAME_BYTES)
  if (rowBytes > bytes) return undefined
  const rows = rowsIn(bytes, rowBytes, height)
  if (rows < height && bytes < files.length * LEAST_BYTES) return undefined
  const resultBytes = rows * width * bytesOf(resultType)
  const bandRows = rows * Math.max(1, Math.floor(Math.min(RESULT_BYTES, memoryBytes / 8) / resultBytes))
  return { rows, bandRows, bands: bandsOf(height, bandRows), files, height, storedBytes }
}

function areThreadsWorthIt(
  frames: number,
  { method, width, height, workers }: CombineBandsOptions,
  pool: Pick<WorkerPool, 'size' | 'isWorth'>,
): boolean {
  if (workers !== undefined) return workers > 0
  const combining = kernelNanoseconds(method, frames)
  const reading = frames * READ_NS.plain
  const ahead = Math.max(BESIDE_OTHERS * combining, reading / Math.min(pool.size, READERS))
  const sideBySide = (combining + BESIDE_OTHERS * reading) / (pool.size + 1)
  return pool.isWorth(((ahead - sideBySide) * width * height) / 1e6)
}
