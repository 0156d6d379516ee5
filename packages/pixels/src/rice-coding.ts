import type { RiceRows } from './combine/stored-frame.js'

/** How integers are written by Rice coding. */
export interface RiceCoding {
  /** Bytes of an integer as coded: 1 (unsigned), 2 or 4 (signed). */
  readonly bytepix: 1 | 2 | 4
  /** Pixels that share one split between unary and binary bits: 32 as a rule. */
  readonly blocksize: number
}

/** How quantised rows are coded: as fpack codes them. */
export const ROW_CODING: RiceCoding = { bytepix: 4, blocksize: 32 }

/** Bits that say a block's split, and the split that means "uncoded"; by bytes of an integer. */
export const SPLITS = { 1: [3, 6], 2: [4, 14], 4: [5, 25] } as const

/** The largest coded tile, in bytes, whose bits can be counted in 32 bits. */
export const MAX_RICE_BYTES = 2 ** 28

/** The fewest bytes that can hold `pixels` coded integers: each block takes at least the bits of its split. */
export function minRiceBytes(pixels: number, { bytepix, blocksize }: RiceCoding): number {
  return bytepix + Math.ceil((Math.ceil(pixels / blocksize) * SPLITS[bytepix][0]) / 8)
}

/**
 * The most bytes that `pixels` coded integers take: what `encodeRice` needs room for.
 *
 * The split is chosen by the mean of a block's codes, so that the high bits come to fewer than 2.5 a pixel and one more.
 */
export function maxRiceBytes(pixels: number, { bytepix, blocksize }: RiceCoding): number {
  const blocks = Math.ceil(pixels / blocksize)
  return bytepix + Math.ceil((pixels * (bytepix * 8 + 2) + blocks * (SPLITS[bytepix][0] + 8)) / 8) + 8
}

/** Some rows of the table of an image whose rows of pixels are Rice-coded one by one. */
export interface CodedRows {
  readonly image: RiceRows
  /** The number of the first one, counted from 0. */
  readonly first: number
  /** Their bytes as the file has them: of each row of pixels a row of the table. */
  readonly table: Uint8Array
}

/** The part of a heap that coded bytes are in: from `start` up to, not including, `end`. */
export interface CodedSpan {
  readonly start: number
  readonly end: number
  /** How many bytes there are of all rows, and of the longest. */
  readonly bytes: number
  readonly longest: number
}
