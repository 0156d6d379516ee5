import { MAX_RICE_BYTES, minRiceBytes, type RiceCoding, SPLITS } from '../rice-coding.js'

/** Zero bytes behind the coded ones: what a look at the last bits may touch. */
const PAD = 8

/** Whether so many bytes can be those of a tile of `pixels`. */
export function isRiceLength(bytes: number, pixels: number, coding: RiceCoding): boolean {
  return bytes <= MAX_RICE_BYTES && bytes >= minRiceBytes(pixels, coding)
}

/** Decodes integers that were Rice-coded; tells whether the bytes held them all. */
export function decodeRice(bytes: Uint8Array, coding: RiceCoding, into: Int32Array): boolean {
  return isRiceLength(bytes.length, into.length, coding) && new RiceIntegers(bytes, coding).read(into)
}

/** The integers of a tile, in parts. */
export class RiceIntegers {
  readonly #coding: RiceCoding
  readonly #bits: RiceBits
  #last: number

  constructor(bytes: Uint8Array, coding: RiceCoding) {
    this.#coding = coding
    this.#bits = new RiceBits(bytes, coding.bytepix)
    this.#last = this.#bits.first
  }

  /**
   * Fills `into` with the next integers: with those of whole blocks, unless they are the last. Tells whether the bytes held them all.
   */
  read(into: Int32Array): boolean {
    const { bytepix, blocksize } = this.#coding
    const [splitBits, uncoded] = SPLITS[bytepix]
    const bits = this.#bits
    let last = this.#last
    for (let start = 0; start < into.length; start += blocksize) {
      const end = Math.min(start + blocksize, into.length)
      const split = bits.readSplit(splitBits)
      if (split < 0) into.fill(last, start, end)
      else if (split >= uncoded) bits.readUncoded(into, start, end, last)
      else bits.readCoded(into, start, end, last, split)
      if (bits.isOver) return false
      last = into[end - 1]!
    }
    this.#last = last
    return true
  }
}

/** A bit stream, and the arithmetic of integers of one width. */
class RiceBits {
  /** The integer that stands before the first block, and that the first difference is added to. */
  readonly first: number
  readonly #view: DataView
  readonly #endBit: number
  readonly #width: number
  /** Keeps an 8-bit integer unsigned. */
  readonly #mask: number
  #bit: number

  constructor(bytes: Uint8Array, bytepix: 1 | 2 | 4) {
    const padded = new Uint8Array(bytes.length + PAD)
    padded.set(bytes)
    this.#view = new DataView(padded.buffer)
    this.#endBit = bytes.length * 8
    this.#width = bytepix * 8
    this.#mask = bytepix === 1 ? 0xff : -1
    this.#bit = this.#width
    this.first = (this.#view.getInt32(0) >> (32 - this.#width)) & this.#mask
  }

  /** Whether more bits were taken than there are. */
  get isOver(): boolean {
    return this.#bit > this.#endBit
  }

  readSplit(bits: number): number {
    const split = (peek(this.#view, this.#bit) >>> (32 - bits)) - 1
    this.#bit += bits
    return split
  }

  readUncoded(into: Int32Array, start: number, end: number, first: number): void {
    const next = this.#bit + (end - start) * this.#width
    let last = first
    for (let i = start; i < end && next <= this.#endBit; i++) {
      last = this.#add(last, peek(this.#view, this.#bit) >>> (32 - this.#width))
      into[i] = last
      this.#bit += this.#width
    }
    this.#bit = next
  }

  /** Each difference: zeros that count its high bits, a one, then its `split` low bits. */
  readCoded(into: Int32Array, start: number, end: number, first: number, split: number): void {
    const view = this.#view
    let bit = this.#bit
    let last = first
    for (let i = start; i < end; i++) {
      const window = peek(view, bit)
      const zeros = Math.clz32(window)
      const isNear = zeros + split < 32
      const one = isNear ? bit + zeros : findOne(view, bit, this.#endBit)
      const rest = isNear ? (window << zeros) << 1 : peek(view, one + 1)
      last = this.#add(last, ((one - bit) << split) | ((rest >>> 1) >>> (31 - split)))
      into[i] = last
      bit = one + 1 + split
    }
    this.#bit = bit
  }

  #add(last: number, code: number): number {
    const shift = 32 - this.#width
    return (((last + ((code >>> 1) ^ -(code & 1))) << shift) >> shift) & this.#mask
  }
}

/** The 32 bits from a bit on, the first as the highest. */
function peek(view: DataView, bit: number): number {
  const at = bit >>> 3
  const shift = bit & 7
  return (view.getInt32(at) << shift) | (view.getUint8(at + 4) >>> (8 - shift))
}

/** The place of the first one-bit; where there is none, the end, so that what follows is seen to be over. */
function findOne(view: DataView, from: number, endBit: number): number {
  for (let bit = from; bit < endBit; bit += 32) {
    const window = peek(view, bit)
    if (window !== 0) return bit + Math.clz32(window)
  }
  return endBit
}
