import { type ColumnToWrite, columnError } from './column-to-write.js'
import { encodeSamples, type PixelArray, pixelFormat } from './encode-samples.js'
import type { ElementCode } from './table-columns.js'

/** Turns elements of one kind into bytes. */
export interface ElementEncoder {
  readonly code: ElementCode
  /** TZEROn, where the integers are stored with the other sign. */
  readonly zero: number | bigint | undefined
  /** Entries of the typed array or list in one element: 2 of a complex number. */
  readonly entries: number
  /** Bytes that so many elements take. */
  bytesOf(elements: number): number
  /** The bytes of entries, which begin and end with an element; bits begin a byte. */
  encode(data: Elements, from: number, to: number): Uint8Array
}

/** Elements of a column, or of one of its cells. */
export type Elements = PixelArray | readonly (boolean | null)[]

const INTEGER_CODES: Readonly<Record<number, ElementCode>> = {
  8: 'B',
  16: 'I',
  32: 'J',
  64: 'K',
  [-32]: 'E',
  [-64]: 'D',
}

/** The kinds that columns of tables have besides: what their data are, these say themselves. */
const OTHER_KINDS: ReadonlySet<string> = new Set(['integer', 'float', 'string'])

const [TRUE, FALSE, UNDEFINED] = [0x54, 0x46, 0]

/**
 * The encoder of a column's elements.
 *
 * @param sample Its data, or one of its cells.
 * @throws TypeError when its kind is not one of such data.
 */
export function elementEncoderOf(column: ColumnToWrite, sample: Elements): ElementEncoder {
  const { kind } = column
  if (Array.isArray(sample)) return logicalEncoder(column, sample)
  if (!ArrayBuffer.isView(sample) || sample instanceof DataView)
    throw columnError(column, 'its data are no typed array')
  if (kind === 'complex') return complexEncoder(column, sample as PixelArray)
  if (kind === 'logical' || kind === 'bit') {
    if (!(sample instanceof Uint8Array)) throw columnError(column, `${kind} values are given in a Uint8Array`)
    return kind === 'logical' ? logicalEncoder(column, []) : BIT_ENCODER
  }
  if (kind !== undefined && !OTHER_KINDS.has(kind)) {
    throw columnError(column, `${JSON.stringify(kind)} is no kind: logical, bit or complex`)
  }
  return numberEncoder(sample as PixelArray)
}

function numberEncoder(sample: PixelArray): ElementEncoder {
  const { bitpix, bzero } = pixelFormat(sample)
  return {
    code: INTEGER_CODES[bitpix]!,
    zero: bzero,
    entries: 1,
    bytesOf: (elements) => elements * sample.BYTES_PER_ELEMENT,
    encode: (data, from, to) => encodeSamples((data as PixelArray).subarray(from, to)),
  }
}

function complexEncoder(column: ColumnToWrite, sample: PixelArray): ElementEncoder {
  const { BYTES_PER_ELEMENT: size } = sample
  if (!(sample instanceof Float32Array || sample instanceof Float64Array)) {
    throw columnError(column, 'complex values are given in a Float32Array or Float64Array')
  }
  return {
    ...numberEncoder(sample),
    code: size === 4 ? 'C' : 'M',
    entries: 2,
    bytesOf: (elements) => elements * 2 * size,
  }
}

function logicalEncoder(column: ColumnToWrite, sample: readonly unknown[]): ElementEncoder {
  const wrong = sample.findIndex((value) => value !== null && typeof value !== 'boolean')
  if (wrong >= 0) throw columnError(column, 'a list holds strings, typed arrays, or true, false and null')
  const byteOf = (value: boolean | number | bigint | null) => (value === null ? UNDEFINED : value ? TRUE : FALSE)
  return {
    code: 'L',
    zero: undefined,
    entries: 1,
    bytesOf: (elements) => elements,
    encode: (data, from, to) => Uint8Array.from({ length: to - from }, (_, i) => byteOf(data[from + i]!)),
  }
}

const BIT_ENCODER: ElementEncoder = {
  code: 'X',
  zero: undefined,
  entries: 1,
  bytesOf: (elements) => Math.ceil(elements / 8),
  encode: (data, from, to) => packBits(data, { from, rows: 1, bits: to - from }),
}

/** Bits, of which those of each row begin a byte; `from` is the place of the first. */
export function packBits(
  data: Elements,
  { from, rows, bits }: { from: number; rows: number; bits: number },
): Uint8Array {
  const rowBytes = Math.ceil(bits / 8)
  const bytes = new Uint8Array(rows * rowBytes)
  for (let row = 0, at = from; row < rows; row++) {
    for (let bit = 0; bit < bits; bit++) if (data[at++]) bytes[row * rowBytes + (bit >> 3)]! |= 0x80 >> (bit & 7)
  }
  return bytes
}
