import { bytesOf } from './band-memory.js'
import type {
  BandFrame,
  Calculation,
  CombineBandsOptions,
  CombinedBand,
  CombineMethod,
  CombineOptions,
} from './combine-options.js'
import { combineShared } from './combine-shared.js'
import { combineStored } from './combine-stored.js'
import { areStored } from './open-frames.js'
import { rowMemory } from './plan-bands.js'

/**
 * Combines frames of one size pixel by pixel, band by band: in a memory that grows neither with their number of rows nor, as far as the limit
 * allows, with their number.
 *
 * Where frames say where files hold them, this thread and those of the process's pool read and combine bands by themselves. Else each band is read
 * by this thread and combined by one of the pool, while the next is read. Where there is too little to do, this thread does all. NaN is missing.
 *
 * @throws RangeError when a single row of all frames is more than the memory may be; TypeError when there are no frames, or no pixels, and for a
 * calculation with too few or too many frames.
 * @throws What the signal was aborted with, once no band is being combined; and what a frame or `write` has thrown.
 * @example
 * const result = new Float32Array(width * height)
 * const write = ({ from }: Rows, values: Samples) => result.set(values, from * width)
 * await combine(frames, { method: 'median', width, height, write })
 */
export async function combine(frames: readonly BandFrame[], options: CombineOptions): Promise<void> {
  for await (const { rows, values } of combineBands(frames, options)) {
    await options.write(rows, values)
    options.onProgress?.(rows.to / options.height)
  }
}

/**
 * Combines frames as `combine` does, as bands are taken: one after another, in the order of the rows.
 *
 * @throws as `combine`, when bands are taken.
 * @example for await (const { rows, values } of combineBands(frames, { method: 'mean', width, height })) console.log(rows.from, values[0])
 */
export function combineBands(
  frames: readonly BandFrame[],
  options: CombineBandsOptions,
): AsyncGenerator<CombinedBand, void> {
  const { width, height, method, calculation } = options
  if (frames.length === 0) throw new TypeError('There are no frames to combine.')
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0))
    throw new TypeError(`Frames of ${width} x ${height} pixels are none.`)
  if (!Object.hasOwn(METHODS, method))
    throw new TypeError(`There is no method '${method}': give one of ${Object.keys(METHODS).join(', ')}.`)
  if (method === 'calculate') checkCalculation(frames.length, calculation, options)
  return areStored(frames, options) ? combineStored(frames, options) : combineShared(frames, options)
}

const METHODS: Readonly<Record<CombineMethod, true>> = {
  median: true,
  sum: true,
  mean: true,
  min: true,
  max: true,
  deviation: true,
  'sigma-clip': true,
  calculate: true,
}

function checkCalculation(
  frames: number,
  calculation: Calculation | undefined,
  { type = 'float32', resultType = 'float32' }: CombineBandsOptions,
): void {
  const wanted = calculation?.number === undefined ? 2 : 1
  if (calculation === undefined || frames !== wanted)
    throw new TypeError(`It is calculated with ${wanted} frames, or one and a number, and not ${frames}.`)
  if (type !== resultType) throw new TypeError(`What is calculated of ${type} is ${type}, and not ${resultType}.`)
}

/** The least bytes of memory that so many frames can be combined in: a row of all of them, and of the result. */
export function leastMemory(
  frames: number,
  { width, type = 'float32', resultType = 'float32' }: Pick<CombineBandsOptions, 'width' | 'type' | 'resultType'>,
): number {
  return rowMemory(frames, width * (frames * bytesOf(type) + bytesOf(resultType)))
}
