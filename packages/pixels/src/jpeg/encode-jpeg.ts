import { setImmediate } from 'node:timers/promises'
import type { PictureSize, PixelKernels } from '../kernels.js'
import { jpegEnd, jpegStart, restartMarker } from './jpeg-markers.js'
import { BLOCK_SIDE, maxBlockBytes } from './jpeg-tables.js'

/** A grey picture: one byte a pixel, row after row, the top one first. */
export interface GreyPicture extends PictureSize {
  readonly pixels: Uint8Array
}

/** The same in bands, each of a multiple of 8 rows, but the last one. A band is used up before the next is asked for. */
export interface GreyBands extends PictureSize {
  readonly bands: Iterable<Uint8Array>
}

/** How to make a JPEG. */
export interface EncodeJpegOptions {
  /** From 1 to 100, as the Independent JPEG Group scales steps. */
  readonly quality: number
  /** By which it is made. A row of blocks takes about 130 bytes of their arena for each pixel of a row; without them it takes longer. */
  readonly kernels: PixelKernels
}

/** The longest side that a JPEG can have, in pixels. */
const MAX_SIDE = 65_535

/** Pixels of a piece, after which the thread may do something else: they take about a millisecond. */
const TURN_PIXELS = 2 ** 18

/**
 * A grey picture as a baseline JPEG file (ITU-T T.81, JFIF 1.01), in pieces; each is the caller's.
 *
 * Its codes are those of the standard's annex K, and each row of blocks is an interval of its own. The bytes are the same on every machine.
 * The pixels are only read. Others may use the thread between pieces.
 *
 * @throws TypeError when the bands do not make up the picture, a side is longer than 65535 pixels, or there is no such quality.
 * @example for await (const piece of encodeJpeg({ width, height, bands: [pixels] }, { quality: 80, kernels })) file.write(piece)
 */
export async function* encodeJpeg(
  { width, height, bands }: GreyBands,
  { quality, kernels }: EncodeJpegOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  checkSize({ width, height })
  yield jpegStart({ width, height }, quality)
  const blocks = Math.ceil(width / BLOCK_SIDE)
  const perTurn = Math.max(1, Math.floor(TURN_PIXELS / (blocks * BLOCK_SIDE ** 2)))
  const room = new Uint8Array(perTurn * (maxBlockBytes(blocks) + 2))
  let [row, length] = [0, 0]
  for (const rows of rowsOfBlocks({ width, height, bands })) {
    if (row > 0) length = put(restartMarker(row - 1), room, length)
    length += kernels.encodeBlocks(rows, quality, room.subarray(length))
    row++
    if (row % perTurn > 0) continue
    yield room.slice(0, length)
    length = 0
    await setImmediate()
  }
  length = put(jpegEnd(), room, length)
  yield room.slice(0, length)
}

/** Returns where the bytes end. */
function put(bytes: Uint8Array, room: Uint8Array, at: number): number {
  room.set(bytes, at)
  return at + bytes.length
}

function checkSize({ width, height }: PictureSize): void {
  for (const side of [width, height])
    if (!Number.isInteger(side) || side < 1 || side > MAX_SIDE)
      throw new TypeError(`A JPEG has sides of 1 to ${MAX_SIDE} pixels, not ${width} x ${height}.`)
}

/** The pixels of each row of blocks; those beyond the right and the lower edge are as those at it. */
function* rowsOfBlocks({ width, height, bands }: GreyBands): Generator<Uint8Array, void> {
  const whole = width * BLOCK_SIDE
  let done = 0
  for (const band of bands) {
    if (done % whole > 0 || band.length % width > 0 || done + band.length > width * height)
      throw new TypeError(
        `A band of ${band.length} pixels behind ${done} is none of a picture of ${width} x ${height}.`,
      )
    for (let at = 0; at < band.length; at += whole) yield filledUp(band.subarray(at, at + whole), width)
    done += band.length
  }
  if (done < width * height) throw new TypeError(`${done} pixels do not fill a picture of ${width} x ${height}.`)
}

function filledUp(pixels: Uint8Array, width: number): Uint8Array {
  const padded = Math.ceil(width / BLOCK_SIDE) * BLOCK_SIDE
  if (pixels.length === padded * BLOCK_SIDE) return pixels
  const filled = new Uint8Array(padded * BLOCK_SIDE)
  for (let y = 0; y < BLOCK_SIDE; y++) {
    const start = Math.min(y, pixels.length / width - 1) * width
    filled.set(pixels.subarray(start, start + width), y * padded)
    filled.fill(pixels[start + width - 1]!, y * padded + width, (y + 1) * padded)
  }
  return filled
}
