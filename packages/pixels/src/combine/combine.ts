import type { Plane } from '../kernels.js'
import { type KernelOptions, loadKernels } from '../load-kernels.js'
import type { Samples } from '../pixel-scale.js'
import { type BandLayout, bandArrays, bandBytes, bytesOf } from './band-memory.js'
import { combineBand } from './combine-band.js'
import type { BandFrame, CombineOptions, Rows } from './combine-options.js'
import { type BandPlan, planBands } from './plan-bands.js'
import { sharedPool } from './worker-pool.js'

const MEMORY_BYTES = 64 * 2 ** 20

/** Room in an arena besides its arrays. */
const ARENA_SPARE = 1024

/** A place in memory for one band at a time. */
interface Lane {
  readonly planes: readonly Plane[]
  readonly into: Samples
  /** Combines the first so many pixels of the planes. */
  combine(pixels: number): void | Promise<void>
}

/**
 * Combines frames of one size pixel by pixel, band by band: in a memory that grows neither with their number of rows nor, as far as the limit
 * allows, with their number.
 *
 * Each band is read by this thread and combined by one of the process's pool, while the next is read; or by this thread, where there is too little
 * to do. NaN is missing.
 *
 * @throws RangeError when a single row of all frames is more than the memory may be; TypeError when there are no frames, or no pixels.
 * @throws What the signal was aborted with, once no band is being combined; and what a frame or `write` has thrown.
 * @example
 * const result = new Float32Array(width * height)
 * const write = ({ from }: Rows, values: Samples) => result.set(values, from * width)
 * await combine(frames, { method: 'median', width, height, write })
 */
export async function combine(frames: readonly BandFrame[], options: CombineOptions): Promise<void> {
  const { width, height } = options
  checkSize(frames.length, width, height)
  const plan = planOf(frames.length, options)
  const layout = {
    type: options.type ?? 'float32',
    resultType: options.resultType ?? 'float32',
    frames: frames.length,
    pixels: plan.rows * width,
  } as const
  const lanes = Array.from({ length: Math.min(plan.lanes, plan.bands.length) }, () =>
    plan.workers > 0 ? pooledLane(layout, options) : ownLane(layout, options),
  )
  await runLanes(frames, lanes, plan, options)
}

function checkSize(frames: number, width: number, height: number): void {
  if (frames === 0) throw new TypeError('There are no frames to combine.')
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0))
    throw new TypeError(`Frames of ${width} x ${height} pixels are none.`)
}

function planOf(frames: number, options: CombineOptions): BandPlan {
  const { method, width, height, type = 'float32', resultType = 'float32' } = options
  const workers = options.workers ?? sharedPool().size
  const sizes = { pixelBytes: bytesOf(type), resultBytes: bytesOf(resultType) }
  const memoryBytes = options.memoryBytes ?? MEMORY_BYTES
  const isForced = options.workers !== undefined
  return planBands({ method, frames, width, height, ...sizes, memoryBytes, workers, isForced })
}

/** Bands in the arena of this thread's kernels: they are combined where they were read to. */
function ownLane(layout: BandLayout, options: CombineOptions): Lane {
  const room: KernelOptions = { arenaBytes: bandBytes(layout) + ARENA_SPARE }
  const kernels = loadKernels(room)
  const planes = kernels.arena.allocatePlanes(layout.type, layout.frames, layout.pixels) as Plane[]
  const into = kernels.arena.allocate(layout.resultType, layout.pixels) as Samples
  const combinePixels = (pixels: number) =>
    combineBand(
      kernels,
      planes.map((plane) => plane.subarray(0, pixels)),
      into.subarray(0, pixels),
      options,
    )
  return { planes, into, combine: combinePixels }
}

/** Bands in memory that threads share, combined by one of the pool. */
function pooledLane(layout: BandLayout, options: CombineOptions): Lane {
  const { method, clipping, isBigEndian, isResultBigEndian } = options
  const buffer = new SharedArrayBuffer(bandBytes(layout))
  const job = { buffer, layout, options: { method, clipping, isBigEndian, isResultBigEndian } as never }
  return { ...bandArrays(buffer, layout), combine: () => sharedPool().run(job) }
}

/** Has each lane take the next band until there is none, or one of them fails; then throws why. */
async function runLanes(
  frames: readonly BandFrame[],
  lanes: readonly Lane[],
  { bands }: BandPlan,
  { width, signal, onProgress, write }: CombineOptions,
): Promise<void> {
  const left = [...bands]
  let done = 0
  let isFailed = false
  const read = oneAtATime()
  const writeOne = oneAtATime()
  const runBand = async (lane: Lane, rows: Rows) => {
    const pixels = (rows.to - rows.from) * width
    await read(() => readBand(frames, rows, lane, pixels))
    await lane.combine(pixels)
    await writeOne(() => write(rows, lane.into.subarray(0, pixels)))
    onProgress?.(++done / bands.length)
  }
  const runLane = async (lane: Lane) => {
    for (let rows = left.shift(); rows !== undefined && !isFailed; rows = left.shift()) {
      signal?.throwIfAborted()
      await runBand(lane, rows)
      // Others may have waited for this thread.
      await new Promise(setImmediate)
    }
  }
  const ends = await Promise.allSettled(
    lanes.map((lane) =>
      runLane(lane).catch((error: unknown) => {
        isFailed = true
        throw error
      }),
    ),
  )
  const failure = ends.find((end) => end.status === 'rejected')
  if (failure !== undefined) throw failure.reason
}

/** A queue: each task begins when those before have ended, however they did. */
function oneAtATime(): (task: () => void | Promise<void>) => Promise<void> {
  let last = Promise.resolve()
  return (task) => {
    const next = last.then(task)
    last = next.catch(() => {})
    return next
  }
}

async function readBand(frames: readonly BandFrame[], rows: Rows, lane: Lane, pixels: number): Promise<void> {
  for (const [index, frame] of frames.entries()) {
    const reading = frame.readBand(rows, lane.planes[index]!.subarray(0, pixels))
    if (reading !== undefined) await reading
  }
}
