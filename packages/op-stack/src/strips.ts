import type { FrameSize } from '@datalab/fits'
import type { Strip } from './share-row.js'
import { SUM_BYTES } from './sums.js'

/** Cuts the rows of a result into strips whose sums fit into so many bytes: as few as can be, since every image is read for each. */
export function stripsOf({ width, height }: FrameSize, bytes: number): Strip[] {
  const rows = Math.max(1, Math.floor(bytes / (SUM_BYTES * width)))
  return Array.from({ length: Math.ceil(height / rows) }, (_, strip) => ({
    from: strip * rows,
    to: Math.min(height, (strip + 1) * rows),
    width,
  }))
}
