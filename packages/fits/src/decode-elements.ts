import type { PixelArray } from './encode-samples.js'
import { HIGH_WORD, swapBytes } from './swap-bytes.js'
import type { ElementCode } from './table-columns.js'
import type { ColumnScale, LinearScale } from './table-scale.js'
import type { DecodedElements } from './table-values.js'

/** The letters of numbers. */
type NumberCode = Exclude<ElementCode, 'A' | 'L' | 'X' | 'P' | 'Q'>

const TRUE = 0x54

/** Bytes of the numbers that elements are made of: complex ones of two. */
const WORD_BYTES = { B: 1, I: 2, J: 4, K: 8, E: 4, D: 8, C: 4, M: 8 } as const

/** What is known of a column's elements besides their bytes. */
export interface ElementForm {
  readonly code: ElementCode
  readonly scale: ColumnScale
  /** TNULLn as it is stored. */
  readonly blank: number | bigint | undefined
  /** Bytes of one string. */
  readonly textWidth: number
}

/**
 * The elements in big-endian bytes that lie one after another (FITS 4.0, section 7.3.3).
 *
 * @param bytes Memory of their own, which the values may keep; swapped in place.
 */
export function decodeElements(bytes: Uint8Array<ArrayBuffer>, form: ElementForm): DecodedElements {
  const { code } = form
  if (code === 'L') return decodeLogicals(bytes)
  if (code === 'A') return { values: decodeTexts(bytes, form.textWidth), nulls: undefined }
  if (code === 'X') return { values: decodeBits(bytes, 1, bytes.length * 8), nulls: undefined }
  if (code === 'P' || code === 'Q') throw new TypeError('a descriptor has no value of its own')
  return decodeNumbers(bytes, code, form)
}

function decodeNumbers(bytes: Uint8Array<ArrayBuffer>, code: NumberCode, form: ElementForm): DecodedElements {
  swapBytes(bytes, WORD_BYTES[code])
  const stored = viewOf(bytes, code)
  const nulls = form.blank === undefined ? undefined : findNulls(stored, form.blank)
  const { linear, isOffset } = form.scale
  if (linear) return { values: scaled(stored, linear, code === 'C' || code === 'M'), nulls }
  return { values: isOffset ? withOtherSign(bytes, code) : stored, nulls }
}

/** T is 1, anything else 0; a zero byte is no value. */
function decodeLogicals(bytes: Uint8Array): DecodedElements {
  const values = bytes.map((byte) => (byte === TRUE ? 1 : 0))
  return { values, nulls: bytes.includes(0) ? bytes.map((byte) => (byte === 0 ? 1 : 0)) : undefined }
}

/** A byte, 0 or 1, for each bit; each row begins a byte of its own. */
export function decodeBits(bytes: Uint8Array, rows: number, bits: number): Uint8Array<ArrayBuffer> {
  const values = new Uint8Array(rows * bits)
  const rowBytes = Math.ceil(bits / 8)
  for (let row = 0, at = 0; row < rows; row++) {
    for (let bit = 0; bit < bits; bit++) values[at++] = (bytes[row * rowBytes + (bit >> 3)]! >> (7 - (bit & 7))) & 1
  }
  return values
}

/** Strings of `width` bytes each: up to a NUL, without the blanks at the end. */
function decodeTexts(bytes: Uint8Array, width: number): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const values: string[] = []
  for (let start = 0; width > 0 && start + width <= bytes.length; start += width) {
    let end = start
    let last = start
    for (; end < start + width && bytes[end] !== 0; end++) if (bytes[end] !== 0x20) last = end + 1
    values.push(last === start ? '' : text.toString('latin1', start, last))
  }
  return values
}

function viewOf({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>, code: NumberCode): PixelArray {
  if (code === 'B') return new Uint8Array(buffer, byteOffset, length)
  if (code === 'I') return new Int16Array(buffer, byteOffset, length / 2)
  if (code === 'J') return new Int32Array(buffer, byteOffset, length / 4)
  if (code === 'K') return new BigInt64Array(buffer, byteOffset, length / 8)
  if (code === 'E' || code === 'C') return new Float32Array(buffer, byteOffset, length / 4)
  return new Float64Array(buffer, byteOffset, length / 8)
}

function findNulls(stored: PixelArray, blank: number | bigint): Uint8Array | undefined {
  const is64 = stored instanceof BigInt64Array
  const mark = is64 ? BigInt(blank) : Number(blank)
  let nulls: Uint8Array | undefined
  for (let i = 0; i < stored.length; i++) {
    if (stored[i] !== mark) continue
    nulls ??= new Uint8Array(stored.length)
    nulls[i] = 1
  }
  return nulls
}

/** Of a complex number both parts are multiplied, and `zero` is real. */
function scaled(stored: PixelArray, { factor, zero }: LinearScale, isComplex: boolean): Float64Array {
  const values = new Float64Array(stored.length)
  for (let i = 0; i < values.length; i++) {
    values[i] = Number(stored[i]) * factor + (isComplex && i % 2 === 1 ? 0 : zero)
  }
  return values
}

/** The integers with their highest bit turned over, in place: that adds or takes half their range. */
function withOtherSign({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>, code: NumberCode): PixelArray {
  if (code === 'I') return flip(new Uint16Array(buffer, byteOffset, length / 2), 0x8000)
  if (code === 'J') return flip(new Uint32Array(buffer, byteOffset, length / 4), 0x80000000)
  if (code === 'K') {
    const words = new Uint32Array(buffer, byteOffset, length / 4)
    for (let i = HIGH_WORD; i < words.length; i += 2) words[i] = words[i]! ^ 0x80000000
    return new BigUint64Array(buffer, byteOffset, length / 8)
  }
  flip(new Uint8Array(buffer, byteOffset, length), 0x80)
  return new Int8Array(buffer, byteOffset, length)
}

function flip<Words extends Uint8Array | Uint16Array | Uint32Array>(words: Words, bit: number): Words {
  for (let i = 0; i < words.length; i++) words[i] = words[i]! ^ bit
  return words
}
