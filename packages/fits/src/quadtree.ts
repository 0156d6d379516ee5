import { invalid, truncated } from './errors.js'
import type { HcompressBits } from './hcompress-bits.js'

/** Integers that are put together from bits. */
export type Coefficients = Int32Array | Float64Array

/** A rectangle of an array of coefficients. */
export interface Quadrant {
  readonly rows: number
  readonly columns: number
  /** The place of its first element. */
  readonly start: number
  /** From an element to the one below it. */
  readonly stride: number
}

/** How a plane of bits was written. */
const CODED = 15
const DIRECT = 0

/**
 * Adds the bits of a quadrant's coefficients, plane after plane from the highest: each plane is a quadtree of 4-bit codes, or its bits as
 * they are (White 1992, "High-performance compression of astronomical images").
 *
 * @param into Zero where the quadrant is; of a type that holds integers of so many bits.
 * @throws FITS_TRUNCATED when the bits end first, FITS_INVALID when a plane has an unknown form.
 */
export function decodeQuadrant(bits: HcompressBits, into: Coefficients, quadrant: Quadrant, planes: number): void {
  const sizes = sizesOf(quadrant)
  const scratch = Math.max(1, halfOf(quadrant.rows) * halfOf(quadrant.columns))
  const buffers: [Uint8Array, Uint8Array] = [new Uint8Array(scratch), new Uint8Array(scratch)]
  for (let plane = planes - 1; plane >= 0; plane--) {
    const form = bits.readNybble()
    if (form !== CODED && form !== DIRECT) throw invalid(`a plane of HCOMPRESS bits has the unknown form ${form}`)
    const codes = form === CODED ? readTree(bits, sizes, buffers) : readDirect(bits, quadrant, buffers[0])
    if (bits.isOver) throw truncated('an HCOMPRESS tile ends within its bits; fetch the file again')
    if (codes) addPlane(codes, into, quadrant, 2 ** plane)
  }
}

/** Sizes of the levels of a quadtree, from its root to half the quadrant. */
function sizesOf({ rows, columns }: Quadrant): [rows: number, columns: number][] {
  const sizes: [number, number][] = []
  for (let size: [number, number] = [rows, columns]; size[0] > 1 || size[1] > 1; ) {
    size = [halfOf(size[0]), halfOf(size[1])]
    sizes.unshift(size)
  }
  return sizes
}

function halfOf(length: number): number {
  return (length + 1) >> 1
}

function readDirect(bits: HcompressBits, { rows, columns }: Quadrant, into: Uint8Array): Uint8Array {
  const count = halfOf(rows) * halfOf(columns)
  for (let i = 0; i < count; i++) into[i] = bits.readNybble()
  return into
}

/** The codes of a tree's last level; undefined when no bit of the plane is set. */
function readTree(
  bits: HcompressBits,
  sizes: readonly (readonly [number, number])[],
  buffers: readonly [Uint8Array, Uint8Array],
): Uint8Array | undefined {
  let [codes, other] = buffers
  codes[0] = bits.readCode()
  if (codes[0] === 0) return undefined
  for (let level = 1; level < sizes.length; level++) {
    expand(bits, codes, other, sizes[level]!)
    if (bits.isOver) return undefined
    ;[codes, other] = [other, codes]
  }
  return codes
}

/** One level of a tree: each bit that is set in a code has a code below it. They are written from the last to the first. */
function expand(
  bits: HcompressBits,
  from: Uint8Array,
  into: Uint8Array,
  [rows, columns]: readonly [number, number],
): void {
  const width = halfOf(columns)
  for (let row = rows - 1; row >= 0; row--) {
    const above = (row >> 1) * width
    const high = 3 - 2 * (row & 1)
    let at = row * columns + columns - 1
    for (let column = columns - 1; column >= 0; column--) {
      const isSet = (from[above + (column >> 1)]! >> (high - (column & 1))) & 1
      into[at--] = isSet ? bits.readCode() : 0
    }
  }
}

/** Adds `value` to the coefficients whose bits are set: those of a code are left and right in its upper row, then in its lower. */
function addPlane(codes: Uint8Array, into: Coefficients, quadrant: Quadrant, value: number): void {
  const { rows, columns, start, stride } = quadrant
  let next = 0
  for (let row = 0; row < rows; row += 2) {
    const below = row + 1 < rows ? stride : 0
    let at = start + row * stride
    for (let column = 0; column < columns; column += 2, at += 2) {
      const code = codes[next++]!
      if (code === 0) continue
      const hasRight = column + 1 < columns
      if (code & 8) into[at] = into[at]! + value
      if (code & 4 && hasRight) into[at + 1] = into[at + 1]! + value
      if (code & 2 && below) into[at + below] = into[at + below]! + value
      if (code & 1 && below && hasRight) into[at + below + 1] = into[at + below + 1]! + value
    }
  }
}
