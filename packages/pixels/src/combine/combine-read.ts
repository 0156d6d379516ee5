import type { Plane } from '../kernels.js'
import { loadKernels } from '../load-kernels.js'
import type { Samples } from '../pixel-scale.js'
import { combineBand } from './combine-band.js'
import type { BandFrame, Rows } from './combine-options.js'
import type { StoredSetup } from './stored-bands.js'
import { holdsValues } from './stored-form.js'

/** Combines rows that no thread could read by itself, as the frames read them; they also know what is wrong. */
export async function combineRead(
  frames: readonly BandFrame[],
  setup: StoredSetup,
  { from, to }: Rows,
  into: Samples,
): Promise<void> {
  const { width, type } = setup
  const kernels = loadKernels()
  const hasValues = new Uint8Array(setup.hasValues)
  for (let row = from; row < to; row += setup.rows) {
    const rows = { from: row, to: Math.min(to, row + setup.rows) }
    const pixels = (rows.to - row) * width
    const planes: Plane[] = []
    for (const [index, frame] of frames.entries()) {
      const plane = type === 'float32' ? new Float32Array(pixels) : new Float64Array(pixels)
      await frame.readBand(rows, plane)
      if (hasValues[index] === 0 && holdsValues(plane)) hasValues[index] = 1
      planes.push(plane)
    }
    combineBand(kernels, planes, into.subarray((row - from) * width, (row - from) * width + pixels), setup.options)
  }
}
