import type { Coefficients } from './quadtree.js'
import { smoothCoefficients } from './smooth-coefficients.js'

/** A block of an image at one resolution: its sums, and where the differences lie that make it twice as fine. */
export interface HLevel {
  /** Coefficients of the whole image, quadrants within quadrants; `stride` from one row to the next. */
  readonly all: Coefficients
  readonly stride: number
  /** The sums of 2 x 2 pixels, `halfRows` x `halfColumns` of them, row after row. */
  readonly sums: Coefficients
  readonly halfRows: number
  readonly halfColumns: number
  /** The size of the result. */
  readonly rows: number
  readonly columns: number
}

/** What the coefficients of a level are multiples of: differences of differences of `bit`, differences of `2 * bit`. */
interface Rounding {
  readonly bit: number
  /** Added before rounding down, to numbers that are not negative, and to those that are. */
  readonly up: number
  readonly upNegative: number
  readonly up2: number
  readonly up2Negative: number
  /** What the sums of four are multiplied with. */
  readonly factor: number
}

/**
 * The pixels whose H-transform has these coefficients (White 1992, "High-performance compression of astronomical images"): the inverse of
 * a Haar transform of integers, to the last bit.
 *
 * Numbers are doubles whose arithmetic is exact; what holds them between two levels is of the type of `all`.
 *
 * @param all Quadrants within quadrants, the sum of all pixels first; changed where `smooth` asks for it.
 * @param smooth The most that smoothing may change a difference; 0 for none.
 * @param into Filled with rows x columns pixels, as 32-bit integers.
 */
export function invertHTransform(
  all: Coefficients,
  rows: number,
  columns: number,
  smooth: number,
  into: Int32Array,
): void {
  const sizes = sizesOf(rows, columns)
  const top = 2 ** sizes.length
  let sums: Coefficients = all.slice(0, 1)
  sums[0] = roundTo(sums[0]!, 2 * top, top, top - 1)
  sizes.forEach(([levelRows, levelColumns], done) => {
    const isLast = done === sizes.length - 1
    const level: HLevel = {
      all,
      stride: columns,
      sums,
      halfRows: (levelRows + 1) >> 1,
      halfColumns: (levelColumns + 1) >> 1,
      rows: levelRows,
      columns: levelColumns,
    }
    if (smooth > 0) smoothCoefficients(level, smooth)
    const result = isLast ? into : newLike(all, levelRows * levelColumns)
    invertLevel(level, roundingOf(sizes.length - 1 - done), result)
    sums = result
  })
  if (sizes.length === 0) into[0] = all[0]!
}

/** Sizes of the results of all levels, from the coarsest to the image. */
function sizesOf(rows: number, columns: number): [rows: number, columns: number][] {
  const sizes: [number, number][] = []
  for (let size: [number, number] = [rows, columns]; size[0] > 1 || size[1] > 1; ) {
    sizes.unshift(size)
    size = [(size[0] + 1) >> 1, (size[1] + 1) >> 1]
  }
  return sizes
}

function newLike(array: Coefficients, length: number): Coefficients {
  return array instanceof Int32Array ? new Int32Array(length) : new Float64Array(length)
}

/** @param left How many levels are still to come after this one. */
function roundingOf(left: number): Rounding {
  const bit = 2 ** left
  const half = left === 0 ? 0 : bit / 2
  const upNegative = left === 0 ? 0 : half - 1
  return { bit, up: half, upNegative, up2: bit, up2Negative: bit - 1, factor: left === 0 ? 0.25 : 0.5 }
}

function roundTo(value: number, multiple: number, up: number, upNegative: number): number {
  return Math.floor((value + (value >= 0 ? up : upNegative)) / multiple) * multiple
}

/** One level of the inverse, in pairs of rows. */
function invertLevel(level: HLevel, rounding: Rounding, into: Coefficients): void {
  for (let row = 0; row + 1 < level.rows; row += 2) invertRows(level, rounding, row, into)
  if (level.rows % 2 === 1) invertLastRow(level, rounding, into)
}

/**
 * Two rows from the sums and the differences of 2 x 2 pixels each: between rows, columns, and diagonals.
 *
 * The forward transform drops bits that follow from others; here they are put back.
 */
function invertRows(level: HLevel, rounding: Rounding, row: number, into: Coefficients): void {
  const { all, stride, sums, halfRows, halfColumns, columns } = level
  const { bit, up, upNegative, up2, up2Negative, factor } = rounding
  const inverse = 1 / bit
  const inverse2 = inverse / 2
  const half = row >> 1
  const sumAt = half * halfColumns
  const rightAt = half * stride + halfColumns
  const belowAt = (halfRows + half) * stride
  const diagonalAt = belowAt + halfColumns
  let to = row * columns
  for (let i = 0; i < columns >> 1; i++, to += 2) {
    let sum = sums[sumAt + i]!
    let x = all[belowAt + i]!
    let y = all[rightAt + i]!
    const d = all[diagonalAt + i]!
    const multiple = Math.floor((d + (d >= 0 ? up : upNegative)) * inverse)
    const diagonal = multiple * bit
    const low = (multiple & 1) * bit
    x = Math.floor((x + (x >= 0 ? up2 : up2Negative)) * inverse2) * 2 * bit
    y = Math.floor((y + (y >= 0 ? up2 : up2Negative)) * inverse2) * 2 * bit
    x = x >= 0 ? x - low : x + low
    y = y >= 0 ? y - low : y + low
    const parity = Math.floor(diagonal * inverse2) + Math.floor(x * inverse2) + Math.floor(y * inverse2)
    const low2 = (parity & 1) * 2 * bit
    sum += sum >= 0 ? low - low2 : low === 0 ? low2 : low - low2
    into[to] = Math.floor((sum - x - y + diagonal) * factor)
    into[to + 1] = Math.floor((sum - x + y - diagonal) * factor)
    into[to + columns] = Math.floor((sum + x - y - diagonal) * factor)
    into[to + columns + 1] = Math.floor((sum + x + y + diagonal) * factor)
  }
  if (columns % 2 === 1) {
    const last = halfColumns - 1
    const [upper, lower] = split(sums[sumAt + last]!, all[belowAt + last]!, rounding)
    into[to] = upper
    into[to + columns] = lower
  }
}

/** The last row, where there is none to pair it with. */
function invertLastRow(level: HLevel, rounding: Rounding, into: Coefficients): void {
  const { all, stride, sums, halfRows, halfColumns, rows, columns } = level
  const sumAt = (halfRows - 1) * halfColumns
  const rightAt = (halfRows - 1) * stride + halfColumns
  let to = (rows - 1) * columns
  for (let i = 0; i < columns >> 1; i++, to += 2) {
    const [left, right] = split(sums[sumAt + i]!, all[rightAt + i]!, rounding)
    into[to] = left
    into[to + 1] = right
  }
  if (columns % 2 === 1) into[to] = Math.floor(sums[sumAt + halfColumns - 1]! * rounding.factor)
}

/** Two pixels from their sum and difference. */
function split(sum: number, difference: number, rounding: Rounding): [number, number] {
  const { bit, up2, up2Negative, factor } = rounding
  const multiple = Math.floor((difference + (difference >= 0 ? up2 : up2Negative)) / (2 * bit))
  const rounded = multiple * 2 * bit
  const low = (multiple & 1) * 2 * bit
  const whole = sum >= 0 ? sum - low : sum + low
  return [Math.floor((whole - rounded) * factor), Math.floor((whole + rounded) * factor)]
}
