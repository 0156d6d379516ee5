import type { ImageHdu, ImageSection, ReadOptions } from './image-hdu.js'
import type { StoredPixels } from './samples.js'

/** The pixels as they are stored, `rows` rows of a plane at a time; each array is the caller's. */
export async function* storedRows(
  image: ImageHdu,
  rows: number,
  options: ReadOptions,
): AsyncGenerator<StoredPixels, void> {
  for (let plane = 0; plane < image.planes; plane++) {
    for (let y = 0; y < image.height; y += rows) {
      const section = sectionOf(image.shape, { plane, y, count: Math.min(rows, image.height - y) })
      yield image.readStored({ section, ...options })
    }
  }
}

/** The section that holds some rows of a plane. */
function sectionOf(
  shape: readonly number[],
  { plane, y, count }: { readonly plane: number; readonly y: number; readonly count: number },
): ImageSection {
  const start = shape.map(() => 0)
  const size = shape.map((length, axis) => (axis === shape.length - 1 ? length : 1))
  let rest = plane
  for (let axis = shape.length - 3; axis >= 0; axis--) {
    start[axis] = rest % shape[axis]!
    rest = Math.floor(rest / shape[axis]!)
  }
  if (shape.length > 1) {
    start[shape.length - 2] = y
    size[shape.length - 2] = count
  }
  return { start, shape: size }
}
