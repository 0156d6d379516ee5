/** A grey picture: one byte a pixel, the top row first. */
export interface GreyPicture {
  readonly pixels: Uint8Array
  readonly width: number
  readonly height: number
}

/** The picture made smaller, each pixel the average of those it covers, so that it fits a box; one that fits already is returned as it is. */
export function shrinkToFit(picture: GreyPicture, maxWidth: number, maxHeight: number): GreyPicture {
  const factor = Math.min(1, maxWidth / picture.width, maxHeight / picture.height)
  if (factor === 1) return picture
  const width = Math.max(1, Math.round(picture.width * factor))
  const height = Math.max(1, Math.round(picture.height * factor))
  const pixels = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) averageRow(picture, { pixels, width, height }, y)
  return { pixels, width, height }
}

/** Fills row `y` of `into`. */
function averageRow(from: GreyPicture, into: GreyPicture, y: number): void {
  const [top, bottom] = spanOf(y, from.height, into.height)
  const sums = new Float64Array(from.width)
  for (let row = top; row < bottom; row++) {
    const start = row * from.width
    for (let x = 0; x < from.width; x++) sums[x] = sums[x]! + from.pixels[start + x]!
  }
  for (let x = 0; x < into.width; x++) {
    const [left, right] = spanOf(x, from.width, into.width)
    let sum = 0
    for (let column = left; column < right; column++) sum += sums[column]!
    into.pixels[y * into.width + x] = Math.round(sum / ((right - left) * (bottom - top)))
  }
}

/** The source pixels of one target pixel, at least one. */
function spanOf(at: number, from: number, into: number): [start: number, end: number] {
  const start = Math.floor((at * from) / into)
  return [start, Math.max(start + 1, Math.floor(((at + 1) * from) / into))]
}
