import { loadKernels, type PixelKernels } from '@datalab/pixels'

let kernels: PixelKernels | undefined

/** The kernels of this thread, loaded when they are first asked for. They are done with an array when they return. */
export function pixelKernels(): PixelKernels {
  kernels ??= loadKernels()
  return kernels
}
