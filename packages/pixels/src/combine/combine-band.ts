import type { PixelKernels, Plane } from '../kernels.js'
import type { Samples } from '../pixel-scale.js'
import type { CombineOptions } from './combine-options.js'

/** What of the options decides about pixels. */
export type BandOptions = Pick<CombineOptions, 'method' | 'clipping' | 'isBigEndian' | 'isResultBigEndian'>

/** Combines one band of all frames. */
export function combineBand(
  kernels: PixelKernels,
  planes: readonly Plane[],
  into: Samples,
  options: BandOptions,
): void {
  const { method, clipping, isBigEndian = false, isResultBigEndian = false } = options
  const orders = { isBigEndian, isResultBigEndian }
  if (method === 'median') kernels.median(planes, into, orders)
  else if (method === 'sigma-clip') kernels.clippedMean(planes, into, clipping, orders)
  else kernels.reduce(method, planes, into, orders)
}
