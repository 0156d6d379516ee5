import { IS_LITTLE_ENDIAN } from '../byte-order.js'
import type { PixelKernels, Plane, StackOptions } from '../kernels.js'
import type { Samples } from '../pixel-scale.js'
import type { Calculation, CombineOptions } from './combine-options.js'

/** What of the options decides about pixels. */
export type BandOptions = Pick<
  CombineOptions,
  'method' | 'clipping' | 'calculation' | 'isBigEndian' | 'isResultBigEndian'
>

/** Combines one band of all frames, whose memory may hold something else afterwards. */
export function combineBand(
  kernels: PixelKernels,
  planes: readonly Plane[],
  into: Samples,
  options: BandOptions,
): void {
  const { method, clipping, calculation, isBigEndian = false, isResultBigEndian = false } = options
  const orders = { isBigEndian, isResultBigEndian }
  if (method === 'median') kernels.median(planes, into, orders)
  else if (method === 'calculate') calculateBand(kernels, planes as readonly Samples[], into, calculation!, orders)
  else if (method === 'sigma-clip') kernels.clippedMean(planes, into, clipping, orders)
  else kernels.reduce(method, planes, into, orders)
}

/** Numbers are put into the machine's order where they are: calculating is so fast that little is gained by doing both at once. */
function calculateBand(
  kernels: PixelKernels,
  planes: readonly Samples[],
  into: Samples,
  { operation, number }: Calculation,
  { isBigEndian, isResultBigEndian }: Required<StackOptions>,
): void {
  if (isBigEndian) for (const plane of planes) swapInPlace(kernels, plane)
  const [first, second = number!] = planes
  kernels.calculate(operation, first!, second, into)
  if (isResultBigEndian) swapInPlace(kernels, into)
}

function swapInPlace(kernels: PixelKernels, { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT }: Samples): void {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength)
  if (IS_LITTLE_ENDIAN) kernels.swapBytes(bytes, BYTES_PER_ELEMENT as 4 | 8, bytes)
}
