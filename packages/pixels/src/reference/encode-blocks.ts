import {
  BLOCK_SIDE,
  BLOCK_SIZE,
  codesOf,
  factorsOf,
  MEAN_CODE,
  WAVE_CODE,
  wordOf,
  ZIGZAG,
} from '../jpeg/jpeg-tables.js'
import type { PictureKernels } from '../kernels.js'

const MEANS = codesOf(MEAN_CODE)
const WAVES = codesOf(WAVE_CODE)

/** Symbols of zeros alone: to the end of the block, and sixteen of them. */
const BLOCK_END = 0x00
const ZERO_RUN = 0xf0

/** Added to a float32 it leaves the nearest integer. */
const MAGIC = 12_582_912

/** Blocks in plain TypeScript. */
export const encodeBlocks: PictureKernels['encodeBlocks'] = (pixels, quality, into) => {
  const factors = factorsOf(quality)
  const bits = new BitWriter(into)
  const count = pixels.length / BLOCK_SIZE
  let before = 0
  for (let block = 0; block < count; block++) {
    const waves = coefficientsOf(pixels, block * BLOCK_SIDE, count * BLOCK_SIDE, factors)
    bits.add(wordOf(MEANS, 0, waves[0]! - before))
    before = waves[0]!
    addWaves(bits, waves)
  }
  return bits.end()
}

/** The coefficients of a block in steps, in the order of the zigzag. */
function coefficientsOf(pixels: Uint8Array, start: number, width: number, factors: Float32Array): Int32Array {
  const block = new Int32Array(BLOCK_SIZE)
  for (let y = 0; y < BLOCK_SIDE; y++)
    for (let x = 0; x < BLOCK_SIDE; x++) block[y * BLOCK_SIDE + x] = 2 * pixels[start + y * width + x]! - 256
  for (let x = 0; x < BLOCK_SIDE; x++) transform(block, x, BLOCK_SIDE)
  for (let y = 0; y < BLOCK_SIDE; y++) transform(block, y * BLOCK_SIDE, 1)
  return Int32Array.from(ZIGZAG, (at) => {
    const factor = factors[(at % BLOCK_SIDE) * BLOCK_SIDE + Math.floor(at / BLOCK_SIDE)]!
    return Math.fround(Math.fround(block[at]! * factor) + MAGIC) - MAGIC
  })
}

/** The cosine transform of eight numbers, some apart, in their place (Y. Arai, T. Agui and M. Nakajima 1988, Trans. IEICE E-71, 1095). */
function transform(block: Int32Array, start: number, apart: number): void {
  const at = (k: number) => start + k * apart
  const sum = (k: number) => block[at(k)]! + block[at(7 - k)]!
  const difference = (k: number) => block[at(k)]! - block[at(7 - k)]!
  const [s0, s1, s2, s3] = [sum(0), sum(1), sum(2), sum(3)]
  const [d0, d1, d2, d3] = [difference(0), difference(1), difference(2), difference(3)]
  const c = s0 - s3
  const m1 = times(c + s1 - s2, 23_170)
  const [e, g] = [d3 + d2, d1 + d0]
  const m5 = times(e - g, 12_540)
  const m2 = times(e, 17_734) + m5
  const m4 = g + times(g, 10_045) + m5
  const m3 = times(d2 + d1, 23_170)
  const [p, q] = [d0 + m3, d0 - m3]
  const waves = [s0 + s3 + s1 + s2, p + m4, c + m1, q - m2, s0 + s3 - s1 - s2, q + m2, c - m1, p - m4]
  for (const [k, wave] of waves.entries()) block[at(k)] = wave
}

/** A product with a fraction, of which there are 2^15 in one; rounded to the nearest. */
function times(value: number, fraction: number): number {
  return (value * fraction + 0x4000) >> 15
}

/** Adds all coefficients but the mean. */
function addWaves(bits: BitWriter, waves: Int32Array): void {
  let zeros = 0
  for (let k = 1; k < BLOCK_SIZE; k++) {
    const value = waves[k]!
    if (value === 0) {
      zeros++
      continue
    }
    for (; zeros > 15; zeros -= 16) bits.add(WAVES[ZERO_RUN]!)
    bits.add(wordOf(WAVES, zeros, value))
    zeros = 0
  }
  if (zeros > 0) bits.add(WAVES[BLOCK_END]!)
}

/** Writes bits, the first one highest, with a 0 behind each byte that has all bits. */
class BitWriter {
  #length = 0
  #pending = 0
  #bits = 0

  constructor(private readonly into: Uint8Array) {}

  /** Adds the bits of a word: they are its upper ones, above five that tell their number. */
  add(word: number): void {
    const code = Math.floor(word / 32)
    for (let bit = (word & 31) - 1; bit >= 0; bit--) {
      this.#pending = (this.#pending << 1) | ((code >>> bit) & 1)
      if (++this.#bits === 8) this.#writeByte()
    }
  }

  /** Fills up the last byte with ones. Returns how many bytes there are. */
  end(): number {
    while (this.#bits > 0) this.add(1 * 32 + 1)
    return this.#length
  }

  #writeByte(): void {
    this.into[this.#length++] = this.#pending
    if (this.#pending === 0xff) this.into[this.#length++] = 0
    this.#pending = 0
    this.#bits = 0
  }
}
