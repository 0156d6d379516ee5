import { invalid, truncated } from './errors.js'
import { invertHTransform } from './h-transform.js'
import { HcompressBits } from './hcompress-bits.js'
import { type Coefficients, decodeQuadrant } from './quadtree.js'

/** Bytes before the bits: a mark, size, scale, sum of all pixels, and bit planes of the quadrants. */
const HEADER_BYTES = 25

const MARK = 0xdd99

/** What numbers a double holds exactly, with room for the smoothing's factors. */
const LARGEST = 2 ** 46

/** The largest coefficients whose sums are kept in 32 bits: what comes of one level is at most three times as large. */
const LARGEST_INT32 = 2 ** 28

interface HcompressHeader {
  readonly rows: number
  readonly columns: number
  /** What coefficients were divided by. */
  readonly scale: number
  readonly sum: number
  /** Bits of the coefficients in the quadrant of sums, in those of differences between rows and columns, and of diagonals. */
  readonly planes: readonly [number, number, number]
}

/**
 * Decodes integers that were compressed with HCOMPRESS (FITS 4.0, section 10.4.4; White 1992).
 *
 * @param bytes The coded bytes; they are only read.
 * @param isSmooth Whether blocks of a lossy compression are smoothed.
 * @param into Filled with as many integers as it has room for, row after row; those beyond 32 bits lose their high bits.
 * @throws FITS_TRUNCATED when the bytes end first, FITS_INVALID when they are something else, or of an image of another size.
 */
export function decodeHcompress(bytes: Uint8Array, isSmooth: boolean, into: Int32Array): void {
  const header = readHeader(bytes)
  const { rows, columns, scale, planes } = header
  if (rows * columns !== into.length) {
    throw invalid(`an HCOMPRESS tile of ${into.length} pixels says that it has ${rows} x ${columns}`)
  }
  if (planes.every((count) => count === 0) && readEnd(new HcompressBits(bytes, HEADER_BYTES))) {
    into.fill(valueOfFlat(header))
    return
  }
  const all = readCoefficients(bytes, header)
  if (scale > 1) for (let i = 0; i < all.length; i++) all[i] = all[i]! * scale
  invertHTransform(all, rows, columns, isSmooth ? Math.floor(scale / 2) : 0, into)
}

function readHeader(bytes: Uint8Array): HcompressHeader {
  if (bytes.length <= HEADER_BYTES) throw tooShort(bytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.getUint16(0) !== MARK) throw invalid('a tile does not begin like HCOMPRESS')
  const sum = Number(view.getBigInt64(14))
  const header: HcompressHeader = {
    rows: view.getInt32(2),
    columns: view.getInt32(6),
    scale: Math.max(1, view.getInt32(10)),
    sum,
    planes: [bytes[22]!, bytes[23]!, bytes[24]!],
  }
  const isSound = header.rows > 0 && header.columns > 0 && largestOf(header) <= LARGEST
  if (!isSound) throw invalid('the numbers at the begin of an HCOMPRESS tile are impossible')
  return header
}

function largestOf({ sum, planes, scale }: Pick<HcompressHeader, 'sum' | 'planes' | 'scale'>): number {
  return Math.max(Math.abs(sum), 2 ** Math.max(...planes)) * scale
}

/** The coefficients before they are scaled: their bits, then their signs. */
function readCoefficients(bytes: Uint8Array, header: HcompressHeader): Coefficients {
  const { rows, columns, sum, planes } = header
  const bits = new HcompressBits(bytes, HEADER_BYTES)
  const length = rows * columns
  const all = largestOf(header) < LARGEST_INT32 ? new Int32Array(length) : new Float64Array(length)
  const [upper, left] = [(rows + 1) >> 1, (columns + 1) >> 1]
  const [lower, right] = [rows - upper, columns - left]
  const stride = columns
  decodeQuadrant(bits, all, { rows: upper, columns: left, start: 0, stride }, planes[0])
  decodeQuadrant(bits, all, { rows: upper, columns: right, start: left, stride }, planes[1])
  decodeQuadrant(bits, all, { rows: lower, columns: left, start: upper * stride, stride }, planes[1])
  decodeQuadrant(bits, all, { rows: lower, columns: right, start: upper * stride + left, stride }, planes[2])
  readEnd(bits)
  readSigns(bits, all)
  if (bits.isOver) throw tooShort(bytes)
  all[0] = sum
  return all
}

/** The nybble of zeros behind the last plane, from which one sees that all planes were understood. */
function readEnd(bits: HcompressBits): true {
  if (bits.readNybble() !== 0) throw invalid('the bit planes of an HCOMPRESS tile do not end where they should')
  return true
}

function readSigns(bits: HcompressBits, all: Coefficients): void {
  bits.alignToByte()
  for (let i = 0; i < all.length; i++) {
    const value = all[i]!
    if (value !== 0 && bits.readBit()) all[i] = -value
  }
}

/** The one value of an image without differences. */
function valueOfFlat({ rows, columns, sum, scale }: HcompressHeader): number {
  let levels = 0
  while (2 ** levels < Math.max(rows, columns)) levels++
  if (levels === 0) return sum * scale
  const unit = 2 ** (levels + 1)
  return Math.floor((sum * scale + (sum >= 0 ? unit / 2 : unit / 2 - 1)) / unit)
}

function tooShort(bytes: Uint8Array): Error {
  return truncated(`an HCOMPRESS tile ends after ${bytes.length} bytes; fetch the file again`)
}
