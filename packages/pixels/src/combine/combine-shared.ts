import type { Plane } from '../kernels.js'
import { type KernelOptions, loadKernels } from '../load-kernels.js'
import type { Samples } from '../pixel-scale.js'
import { type BandLayout, bandArrays, bandBytes, bytesOf } from './band-memory.js'
import { combineBand } from './combine-band.js'
import type { BandFrame, CombineBandsOptions, CombinedBand, Rows } from './combine-options.js'
import { type BandPlan, planBands } from './plan-bands.js'
import { holdsValues } from './stored-form.js'
import { sharedPool } from './worker-pool.js'

const MEMORY_BYTES = 64 * 2 ** 20

/** Room in an arena besides its arrays. */
const ARENA_SPARE = 1024

/** A place in memory for one band at a time. */
interface Lane {
  readonly planes: readonly Plane[]
  readonly into: Samples
  /** Combines the first so many pixels of the planes. */
  combine(pixels: number): Promise<unknown>
}

/** A band that is being combined. */
interface BandUnderWay {
  readonly lane: Lane
  readonly rows: Rows
  readonly done: Promise<unknown>
}

/** Combines frames whose bands this thread reads: each by one of the pool, while the next is read, or by this thread where there is no pool. */
export async function* combineShared(
  frames: readonly BandFrame[],
  options: CombineBandsOptions,
): AsyncGenerator<CombinedBand, void> {
  const { width, signal, isBigEndian, onEmptyFrame } = options
  const plan = planOf(frames.length, options)
  const lanes = lanesOf(frames.length, plan, options)
  const empty = new Set(frames.keys())
  const underWay: BandUnderWay[] = []
  try {
    for (const rows of plan.bands) {
      signal?.throwIfAborted()
      if (lanes.length === 0) yield* finished(underWay, lanes, width)
      const lane = lanes.pop()!
      const pixels = (rows.to - rows.from) * width
      await readBand(frames, rows, lane, pixels, { empty, isBigEndian })
      const done = lane.combine(pixels)
      // Whoever takes the band hears of it: a process would end with what fails while nobody listens.
      done.catch(() => {})
      underWay.push({ lane, rows, done })
      // Others may have waited for this thread.
      await new Promise(setImmediate)
    }
    while (underWay.length > 0) yield* finished(underWay, lanes, width)
  } finally {
    await Promise.allSettled(underWay.map(({ done }) => done))
  }
  if (onEmptyFrame !== undefined) for (const frame of empty) onEmptyFrame(frame)
}

/** The first band, when it is combined; then its lane is free. */
async function* finished(underWay: BandUnderWay[], lanes: Lane[], width: number): AsyncGenerator<CombinedBand, void> {
  const { lane, rows, done } = underWay.shift()!
  await done
  yield { rows, values: lane.into.subarray(0, (rows.to - rows.from) * width) }
  lanes.push(lane)
}

function planOf(frames: number, options: CombineBandsOptions): BandPlan {
  const { method, width, height, type = 'float32', resultType = 'float32' } = options
  const workers = options.workers ?? sharedPool().size
  const sizes = { pixelBytes: bytesOf(type), resultBytes: bytesOf(resultType) }
  const memoryBytes = options.memoryBytes ?? MEMORY_BYTES
  const isForced = options.workers !== undefined
  return planBands({ method, frames, width, height, ...sizes, memoryBytes, workers, isForced })
}

function lanesOf(frames: number, plan: BandPlan, options: CombineBandsOptions): Lane[] {
  const { type = 'float32', resultType = 'float32', width } = options
  const layout = { type, resultType, frames, pixels: plan.rows * width }
  return Array.from({ length: Math.min(plan.lanes, plan.bands.length) }, () =>
    plan.workers > 0 ? pooledLane(layout, options) : ownLane(layout, options),
  )
}

/** Bands in the arena of this thread's kernels: they are combined where they were read to. */
function ownLane(layout: BandLayout, options: CombineBandsOptions): Lane {
  const room: KernelOptions = { arenaBytes: bandBytes(layout) + ARENA_SPARE }
  const kernels = loadKernels(room)
  const planes = kernels.arena.allocatePlanes(layout.type, layout.frames, layout.pixels) as Plane[]
  const into = kernels.arena.allocate(layout.resultType, layout.pixels) as Samples
  const combinePixels = async (pixels: number) =>
    combineBand(
      kernels,
      planes.map((plane) => plane.subarray(0, pixels)),
      into.subarray(0, pixels),
      options,
    )
  return { planes, into, combine: combinePixels }
}

/** Bands in memory that threads share, combined by one of the pool. */
function pooledLane(layout: BandLayout, options: CombineBandsOptions): Lane {
  const { method, clipping, calculation, isBigEndian, isResultBigEndian } = options
  const buffer = new SharedArrayBuffer(bandBytes(layout))
  const job = {
    kind: 'shared',
    buffer,
    layout,
    options: { method, clipping, calculation, isBigEndian, isResultBigEndian } as never,
  } as const
  return { ...bandArrays(buffer, layout), combine: () => sharedPool().run(job) }
}

async function readBand(
  frames: readonly BandFrame[],
  rows: Rows,
  lane: Lane,
  pixels: number,
  { empty, isBigEndian = false }: { empty: Set<number>; isBigEndian: boolean | undefined },
): Promise<void> {
  for (const [index, frame] of frames.entries()) {
    const plane = lane.planes[index]!.subarray(0, pixels)
    const reading = frame.readBand(rows, plane)
    if (reading !== undefined) await reading
    if (empty.has(index) && holdsValues(plane, isBigEndian)) empty.delete(index)
  }
}
