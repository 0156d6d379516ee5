import { HIGH_WORD, IS_LITTLE_ENDIAN } from '../byte-order.js'

/** The parts of a key that are looked at one after the other, the highest first: of its upper or lower word, from which bit on, how many. */
const PARTS = [
  { isUpper: true, shift: 21, bits: 11 },
  { isUpper: true, shift: 10, bits: 11 },
  { isUpper: true, shift: 0, bits: 10 },
  { isUpper: false, shift: 21, bits: 11 },
  { isUpper: false, shift: 10, bits: 11 },
  { isUpper: false, shift: 0, bits: 10 },
] as const

/** As a 32-bit number with its sign, so that what is made of it is one, too. */
const SIGN = -0x80000000

/** A number's bits in the order of the numbers, as two words: what has a lower key is less, -0 less than 0. */
interface Key {
  upper: number
  lower: number
}

/** The bits of a key that are known, by masks. */
interface Prefix extends Key {
  upperMask: number
  lowerMask: number
}

/**
 * The value at a rank, counted from 0, of doubles that are not NaN; NaN where there are not so many. The values are only read.
 *
 * By the bits of the value's key, found from the highest to the lowest, as for floats; those that begin otherwise are left behind where that
 * saves much.
 */
export function orderStatistic64(values: Float64Array, rank: number): number {
  const prefix: Prefix = { upper: 0, lower: 0, upperMask: 0, lowerMask: 0 }
  let candidates = values
  let left = rank
  for (const { isUpper, shift, bits } of PARTS) {
    const table = new Uint32Array(2 ** bits)
    countParts(candidates, prefix, isUpper, shift, table)
    let bin = 0
    while (bin < table.length && left >= table[bin]!) left -= table[bin++]!
    if (bin === table.length) return Number.NaN
    extend(prefix, isUpper, bin << shift, (table.length - 1) << shift)
    if (table[bin]! * 8 < candidates.length) candidates = matching(candidates, prefix, table[bin]!)
  }
  return numberOf(prefix)
}

function extend(prefix: Prefix, isUpper: boolean, bits: number, mask: number): void {
  if (isUpper) {
    prefix.upper |= bits
    prefix.upperMask |= mask
  } else {
    prefix.lower |= bits
    prefix.lowerMask |= mask
  }
}

/** Adds to a table how many values, of those that begin so, have each part of a key. */
function countParts(values: Float64Array, prefix: Prefix, isUpper: boolean, shift: number, table: Uint32Array): void {
  const { upper: wanted, upperMask, lower: wantedLower, lowerMask } = prefix
  const words = wordsOf(values)
  const last = table.length - 1
  for (let at = 0; at < words.length; at += 2) {
    const first = words[at + HIGH_WORD]!
    const second = words[at + 1 - HIGH_WORD]!
    if (isNaNWord(first, second)) continue
    const sign = first >> 31
    const upper = first ^ (sign | SIGN)
    const lower = second ^ sign
    if ((upper & upperMask) !== wanted || (lower & lowerMask) !== wantedLower) continue
    const part = ((isUpper ? upper : lower) >>> shift) & last
    table[part] = table[part]! + 1
  }
}

/** The values that begin so, of which there are so many. */
function matching(values: Float64Array, prefix: Prefix, count: number): Float64Array {
  const words = wordsOf(values)
  const found = new Float64Array(count)
  for (let i = 0, taken = 0; taken < count; i++) {
    const first = words[2 * i + HIGH_WORD]!
    const second = words[2 * i + 1 - HIGH_WORD]!
    const sign = first >> 31
    const isMatch =
      ((first ^ (sign | SIGN)) & prefix.upperMask) === prefix.upper &&
      ((second ^ sign) & prefix.lowerMask) === prefix.lower
    if (isMatch && !isNaNWord(first, second)) found[taken++] = values[i]!
  }
  return found
}

function wordsOf({ buffer, byteOffset, length }: Float64Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length * 2)
}

function isNaNWord(upper: number, lower: number): boolean {
  const exponent = upper & 0x7fffffff
  return exponent > 0x7ff00000 || (exponent === 0x7ff00000 && lower !== 0)
}

/** The number of a key. */
function numberOf({ upper, lower }: Key): number {
  const sign = upper < 0 ? 0 : -1
  const words = [lower ^ sign, upper ^ (sign | SIGN)]
  return new Float64Array(Int32Array.from(IS_LITTLE_ENDIAN ? words : words.reverse()).buffer)[0]!
}
