import { type PixelArrays, planeStride } from '../arena.js'
import type { Plane } from '../kernels.js'
import type { Samples } from '../pixel-scale.js'
import type { CombineOptions, Rows } from './combine-options.js'

/** How a band of all frames, and of the result behind them, lies in memory that threads share. */
export interface BandLayout {
  readonly type: NonNullable<CombineOptions['type']>
  readonly resultType: NonNullable<CombineOptions['resultType']>
  readonly frames: number
  readonly pixels: number
}

const TYPES = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int16: Int16Array,
  uint16: Uint16Array,
} as const

/** How many bytes a band takes. */
export function bandBytes(layout: BandLayout): number {
  const { type, resultType, frames, pixels } = layout
  return frames * planeStride(pixels * bytesOf(type)) + pixels * bytesOf(resultType)
}

/** The frames' and the result's part of a memory that has room for the band. */
export function bandArrays(buffer: SharedArrayBuffer, layout: BandLayout): { planes: Plane[]; into: Samples } {
  const { type, resultType, frames, pixels } = layout
  const stride = planeStride(pixels * bytesOf(type))
  const view = (name: keyof typeof TYPES, at: number) => {
    const View: new (memory: SharedArrayBuffer, at: number, length: number) => Plane = TYPES[name]
    return new View(buffer, at, pixels)
  }
  const planes = Array.from({ length: frames }, (_, frame) => view(type, frame * stride))
  return { planes, into: view(resultType, frames * stride) as Samples }
}

/** The values of combined rows, in memory for them. */
export function resultArray(
  buffer: SharedArrayBuffer,
  { resultType, width }: { resultType: BandLayout['resultType']; width: number },
  { from, to }: Rows,
): Samples {
  const length = (to - from) * width
  return (resultType === 'float32' ? new Float32Array(buffer, 0, length) : new Float64Array(buffer, 0, length)) as never
}

/** The bytes of one number. */
export function bytesOf(type: keyof PixelArrays & keyof typeof TYPES): number {
  return TYPES[type].BYTES_PER_ELEMENT
}
