import { CODES, type RiceOptions } from './rice.js'

/** The most that a coded integer may take beyond its own width, in bits, on average over a block. */
const SLACK_BITS = 6

/**
 * Rice-codes the integers of a tile, to the same bytes as cfitsio (FITS 4.0, section 10.4.1; Pence, Seaman and White 2009, PASP 121, 414).
 *
 * @param values Integers that fit the width: unsigned ones of 1 byte, signed ones of 2 or 4; they are only read.
 */
export function encodeRice(values: Int32Array, { bytepix, blocksize }: RiceOptions): Uint8Array<ArrayBuffer> {
  const width = bytepix * 8
  const [splitBits, uncoded] = CODES[bytepix]
  const blocks = Math.ceil(values.length / blocksize)
  const writer = new BitWriter(width + blocks * splitBits + values.length * (width + SLACK_BITS))
  const codes = new Uint32Array(blocksize)
  let last = values[0] ?? 0
  writer.put(lowBits(last, width), width)
  for (let start = 0; start < values.length; start += blocksize) {
    const length = Math.min(blocksize, values.length - start)
    const sum = codeDifferences(values.subarray(start, start + length), last, 32 - width, codes)
    last = values[start + length - 1]!
    const split = splitOf(sum, length)
    if (split >= uncoded) putUncoded(writer, codes, length, uncoded + 1, splitBits, width)
    else if (sum === 0) writer.put(0, splitBits)
    else putCoded(writer, codes, length, split, splitBits)
  }
  return writer.bytes()
}

/** Fills `codes` with the differences from one value to the next, the signs in their lowest bits; returns the sum. */
function codeDifferences(values: Int32Array, before: number, shift: number, codes: Uint32Array): number {
  let last = before
  let sum = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const difference = ((value - last) << shift) >> shift
    const code = ((difference << 1) ^ (difference >> 31)) >>> 0
    codes[i] = code
    sum += code
    last = value
  }
  return sum
}

/** How many low bits of the codes are written as they are: about those of half their mean. */
function splitOf(sum: number, length: number): number {
  const mean = Math.max(0, (sum - (length >> 1) - 1) / length)
  return 32 - Math.clz32(Math.floor(mean) >>> 1)
}

function putUncoded(
  writer: BitWriter,
  codes: Uint32Array,
  length: number,
  mark: number,
  markBits: number,
  width: number,
): void {
  writer.put(mark, markBits)
  for (let i = 0; i < length; i++) writer.put(codes[i]!, width)
}

/** Each code: zeros that count its high bits, a one, then its `split` low bits. */
function putCoded(writer: BitWriter, codes: Uint32Array, length: number, split: number, splitBits: number): void {
  writer.put(split + 1, splitBits)
  const one = 1 << split
  for (let i = 0; i < length; i++) {
    const code = codes[i]!
    let zeros = code >>> split
    for (; zeros + split >= 32; zeros -= Math.min(zeros, 31)) writer.put(0, Math.min(zeros, 31))
    writer.put((code & (one - 1)) | one, zeros + 1 + split)
  }
}

function lowBits(value: number, width: number): number {
  return width === 32 ? value : value & ((1 << width) - 1)
}

/** Puts bits one after another, the highest first. */
class BitWriter {
  readonly #view: DataView<ArrayBuffer>
  #at = 0
  /** The bits of a word that is not full yet, from its highest on. */
  #word = 0
  #used = 0

  constructor(bits: number) {
    this.#view = new DataView(new ArrayBuffer(Math.ceil(bits / 32) * 4 + 8))
  }

  /** Adds `length` bits, 1 to 32; those of `bits` above them are zero. */
  put(bits: number, length: number): void {
    const free = 32 - this.#used
    if (length < free) {
      this.#word |= bits << (free - length)
      this.#used += length
      return
    }
    const rest = length - free
    this.#view.setInt32(this.#at, this.#word | (bits >>> rest))
    this.#at += 4
    this.#word = rest === 0 ? 0 : bits << (32 - rest)
    this.#used = rest
  }

  /** All that was put, the last byte filled up with zeros. */
  bytes(): Uint8Array<ArrayBuffer> {
    this.#view.setInt32(this.#at, this.#word)
    return new Uint8Array(this.#view.buffer.slice(0, this.#at + Math.ceil(this.#used / 8)))
  }
}
