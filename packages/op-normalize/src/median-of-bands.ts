import type { Samples } from '@datalab/fits'
import { middleOf } from './median-of.js'

/** Shows all values of an image once, part by part. */
export type ShowValues = (take: (values: Samples) => void) => Promise<void>

/** Passes over all values of a type that the median is found in: one for each 16 bits of them. */
export const PASSES = { float32: 2, float64: 4 } as const

/** Numbers of 16 bits. */
const RADIX = 2 ** 16

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/**
 * The median that `medianOf` gives of an image, for one that is too large for the memory: exact, in passes over its values.
 *
 * Each pass counts the values by 16 more of their bits, from the highest on, among those that begin as the median does: a radix search.
 *
 * @param show is called for each pass, with the same values of one type each time
 */
export async function medianOfBands(show: ShowValues): Promise<number> {
  const all = new DigitCounts([])
  await show((values) => all.add(values))
  if (all.total === 0) return Number.NaN
  let searches = [all.at(Math.ceil(all.total / 2) - 1), all.at(Math.floor(all.total / 2))]
  while (searches.some(({ value }) => value === undefined)) {
    const counts = searches.map(({ digits }) => new DigitCounts(digits))
    await show((values) => {
      for (const each of counts) each.add(values)
    })
    searches = counts.map((each, search) => each.at(searches[search]!.rank))
  }
  const [low, high] = searches.map(({ value }) => value)
  return middleOf(low!, high!)
}

/** What is known of the value at a rank. */
interface RankSearch {
  /** Its digits of 16 bits, from the first on. */
  readonly digits: readonly number[]
  /** Its rank among the values that begin with these digits, from 0. */
  readonly rank: number
  /** Where all digits are known. */
  readonly value: number | undefined
}

/** How many finite values that begin with some digits go on with each digit. Digits are of bits that are in order as the numbers are. */
class DigitCounts {
  total = 0
  readonly #counts = new Float64Array(RADIX)
  #valueOf = (_digits: readonly number[]): number | undefined => undefined

  constructor(private readonly digits: readonly number[]) {}

  add(values: Samples): void {
    const { digits } = this
    const size = values.BYTES_PER_ELEMENT / Uint16Array.BYTES_PER_ELEMENT
    const words = new Uint16Array(values.buffer, values.byteOffset, values.length * size)
    this.#valueOf = (all) => (all.length === size ? numberOf(all, values) : undefined)
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i])) continue
      let same = 0
      while (same < digits.length && digitOf(words, i * size, size, same) === digits[same]) same++
      if (same < digits.length) continue
      const digit = digitOf(words, i * size, size, same)
      this.#counts[digit] = this.#counts[digit]! + 1
      this.total++
    }
  }

  /** What is known of the value at a rank, among those that were counted. */
  at(rank: number): RankSearch {
    let left = rank
    let digit = 0
    while (left >= this.#counts[digit]!) left -= this.#counts[digit++]!
    const digits = [...this.digits, digit]
    return { digits, rank: left, value: this.#valueOf(digits) }
  }
}

/** A digit of the number whose words begin at a place: negative numbers are turned over, and positive ones come behind them. */
function digitOf(words: Uint16Array, at: number, size: number, digit: number): number {
  const isNegative = words[at + placeOf(0, size)]! >= RADIX / 2
  const word = words[at + placeOf(digit, size)]!
  if (isNegative) return RADIX - 1 - word
  return digit === 0 ? word + RADIX / 2 : word
}

/** The number, of the type of `like`, that has these digits. */
function numberOf(digits: readonly number[], like: Samples): number {
  const size = digits.length
  const isNegative = digits[0]! < RADIX / 2
  const words = new Uint16Array(size)
  for (const [digit, value] of digits.entries()) {
    const positive = digit === 0 ? value - RADIX / 2 : value
    words[placeOf(digit, size)] = isNegative ? RADIX - 1 - value : positive
  }
  return like instanceof Float32Array ? new Float32Array(words.buffer)[0]! : new Float64Array(words.buffer)[0]!
}

/** Where a number has a digit among its words. */
function placeOf(digit: number, size: number): number {
  return IS_LITTLE_ENDIAN ? size - 1 - digit : digit
}
