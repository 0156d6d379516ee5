import { checkPixelArray, type PixelArray } from './encode-samples.js'
import { wrongArgument } from './errors.js'
import { copyShared } from './section.js'
import type { TileGrid } from './tile-grid.js'

/**
 * The arrays that are given, in order, without empty ones.
 *
 * @param shape Lengths of the axes that they fill together.
 * @throws TypeError when they are not of one type, or more or fewer than the image has.
 */
export async function* checkedPixels(
  pixels: Iterable<PixelArray> | AsyncIterable<PixelArray>,
  shape: readonly number[],
): AsyncGenerator<PixelArray, void> {
  const total = shape.reduce((a, b) => a * b, 1)
  let [type, taken] = ['', 0]
  for await (const part of pixels) {
    checkPixelArray(part)
    if (part.length === 0) continue
    type ||= part.constructor.name
    if (part.constructor.name !== type) {
      throw wrongArgument(`pixels of an image come as ${type}, then as ${part.constructor.name}; give one type`)
    }
    taken += part.length
    if (taken > total)
      throw wrongArgument(`more than the ${total} pixels of an image of ${[...shape].reverse().join(' x ')} are given`)
    yield part
  }
  if (taken < total) throw wrongArgument(`${taken} pixels do not fill an image of ${[...shape].reverse().join(' x ')}`)
}

/** @throws TypeError when tiles hold rows of several planes, which do not come together. */
export function checkBands({ tile }: TileGrid): void {
  if (tile.slice(2).every((length) => length === 1)) return
  throw wrongArgument(`tiles of ${[...tile].reverse().join(' x ')} pixels hold several planes; give tiles of one plane`)
}

/** The pixels in bands, each as many rows as a tile is high; of a line each band is a tile. A band is not to be kept. */
export async function* bandsOf(
  first: PixelArray,
  rest: AsyncIterable<PixelArray>,
  grid: TileGrid,
): AsyncGenerator<PixelArray, void> {
  const lengths = bandLengths(grid)
  let length = lengths.next().value as number
  let filled = 0
  const band = newLike(first, length)
  const take = function* (part: PixelArray): Generator<PixelArray, void> {
    for (let at = 0; at < part.length; ) {
      const count = Math.min(length - filled, part.length - at)
      const taken = part.subarray(at, at + count)
      if (count === length) yield taken
      else band.set(taken as never, filled)
      filled += count
      at += count
      if (filled < length) return
      if (count < length) yield band.subarray(0, length)
      filled = 0
      length = lengths.next().value ?? 0
    }
  }
  yield* take(first)
  for await (const part of rest) yield* take(part)
}

/** Pixels of one band after another. */
function* bandLengths({ axes, tile }: TileGrid): Generator<number, void> {
  if (axes.length === 1) {
    for (let at = 0; at < axes[0]!; at += tile[0]!) yield Math.min(tile[0]!, axes[0]! - at)
    return
  }
  const [width, height, ...others] = axes as [number, number, ...number[]]
  const planes = others.reduce((a, b) => a * b, 1)
  for (let plane = 0; plane < planes; plane++) {
    for (let y = 0; y < height; y += tile[1]!) yield width * Math.min(tile[1]!, height - y)
  }
}

/** The tiles of a band, from left to right. */
export function* tilesOfBand(
  band: PixelArray,
  { axes, tile }: TileGrid,
): Generator<{ pixels: PixelArray; rowLength: number }, void> {
  const width = axes.length === 1 ? band.length : axes[0]!
  const tileWidth = Math.min(tile[0]!, width)
  if (tileWidth === width) {
    yield { pixels: band, rowLength: width }
    return
  }
  const rows = band.length / width
  const whole = { start: [0, 0], size: [width, rows] }
  for (let x = 0; x < width; x += tileWidth) {
    const rowLength = Math.min(tileWidth, width - x)
    const pixels = newLike(band, rowLength * rows)
    copyShared(band as never, whole, pixels as never, { start: [x, 0], size: [rowLength, rows] })
    yield { pixels, rowLength }
  }
}

/** A new array of this length and the pixels' type. */
export function newLike(pixels: PixelArray, length: number): PixelArray {
  // A Buffer is made otherwise.
  const type = pixels instanceof Uint8Array ? Uint8Array : pixels.constructor
  return new (type as new (length: number) => PixelArray)(length)
}
