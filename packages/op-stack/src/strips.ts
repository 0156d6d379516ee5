import type { FrameSize } from '@datalab/fits'
import type { Strip } from './share-row.js'
import { SUM_BYTES } from './sums.js'

/** Bytes that the sums of a strip may take. */
const STRIP_BYTES = 64 * 2 ** 20

/** Cuts the rows of a result into strips whose sums fit into memory: as few as can be, since every image is read for each. */
export function stripsOf({ width, height }: FrameSize): Strip[] {
  const rows = Math.max(1, Math.floor(STRIP_BYTES / (SUM_BYTES * width)))
  return Array.from({ length: Math.ceil(height / rows) }, (_, strip) => ({
    from: strip * rows,
    to: Math.min(height, (strip + 1) * rows),
    width,
  }))
}
