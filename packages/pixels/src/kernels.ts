import type { Arena } from './arena.js'
import type { EncodedBand, RowCoding } from './encode/encoded-band.js'
import type { Bitpix, PixelScale, Samples } from './pixel-scale.js'
import type { Quantization, Quantizing } from './quantization.js'
import type { CodedRows, CodedSpan, RiceCoding } from './rice-coding.js'

/** Between stored pixels and physical values. */
export interface ByteKernels {
  /**
   * Reverses the bytes of each number of `size` bytes: from big-endian to the machine's order, and back, on a little-endian machine.
   *
   * @param into As long as `from`; may be the same array.
   */
  swapBytes(from: Uint8Array, size: 2 | 4 | 8, into: Uint8Array): void

  /**
   * Turns stored big-endian pixels into physical values, in the machine's order.
   *
   * Values are computed in double precision and rounded once to the type of `into`; 64-bit integers, plain or unsigned by BZERO = 2^63, are
   * the nearest double of the exact integer. BLANK becomes NaN. With a scale that changes nothing, floats keep every bit.
   *
   * @param bytes The stored pixels, as many as `into` holds, at any address. They are only read; the memory may be that of `into` where
   * pixels have the same size there.
   */
  decodePixels(bytes: Uint8Array, bitpix: Bitpix, scale: PixelScale, into: Samples): void

  /**
   * Turns physical values into stored big-endian pixels: `(value - bzero) / bscale`, in double precision.
   *
   * Integers are the nearest, the even one of two; what the type has no room for becomes its nearest end, and NaN becomes BLANK, or else 0
   * (unsigned 64-bit: what is stored for 0).
   *
   * @param into As many pixels as there are values.
   */
  encodePixels(values: Samples, bitpix: Bitpix, scale: PixelScale, into: Uint8Array): void
}

/** Rice-coded tiles, of integers and of quantised floats. */
export interface RiceKernels {
  /**
   * Decodes integers that were Rice-coded (FITS 4.0, section 10.4.1; Pence, Seaman and White 2009, PASP 121, 414).
   *
   * @param bytes The coded bytes of a tile.
   * @param into Filled with as many integers as it has room for.
   * @returns Whether the bytes held them all; where they end first, what `into` holds is of no meaning.
   */
  decodeRice(bytes: Uint8Array, coding: RiceCoding, into: Int32Array): boolean

  /** `decodeRice` and `dequantize` in one: a tile of quantised floats. The same goes for its result. */
  decodeRiceFloats(bytes: Uint8Array, coding: RiceCoding, quantization: Quantization, into: Samples): boolean

  /** `decodeRice` and the scale in one, computed in double precision and rounded once: a tile of integers. The same goes for its result. */
  decodeRiceScaled(bytes: Uint8Array, coding: RiceCoding, scale: PixelScale, into: Samples): boolean

  /**
   * Where in the heap the coded bytes of rows are.
   *
   * @param least The fewest bytes that a row may have; one at least.
   * @returns undefined where a row has fewer, or none in the heap: it is stored in another way, or damaged.
   */
  findRiceRows(rows: CodedRows, least: number): CodedSpan | undefined

  /**
   * `decodeRiceFloats` or `decodeRiceScaled` of rows, all of them in one call, which takes less time.
   *
   * @param bytes A part of the heap, which begins at its byte `start`.
   * @param into Has room for the rows, one behind the other.
   * @returns Whether all coded bytes are in `bytes`, and held all values. Where not, what `into` holds is of no meaning.
   */
  decodeRiceRows(bytes: Uint8Array, start: number, rows: CodedRows, into: Samples): boolean

  /**
   * The floats of a tile's integers, computed in double precision and rounded once to the type of `into` (FITS 4.0, section 10.2; White and
   * Greenfield 1999, ASP Conf. Ser. 172, 125).
   *
   * @param stored The tile's integers, all of them from its first on: the random sequence runs along them. As many as `into` holds.
   */
  dequantize(stored: Int32Array, quantization: Quantization, into: Samples): void

  /**
   * Makes integers of the floats of a tile, in steps of a part of its noise, as cfitsio does (White and Greenfield 1999): NaN becomes
   * `QUANTIZED_NAN`, and under SUBTRACTIVE_DITHER_2 exactly 0 becomes `QUANTIZED_ZERO`.
   *
   * @param values The tile, one row of pixels; only read.
   * @param into As many integers.
   * @returns How to make floats of them again; undefined where the tile cannot be quantised, as it has no noise, fewer than two pixels, infinities,
   * or too wide a range. What `into` holds then is of no meaning.
   */
  quantize(values: Float32Array, quantizing: Quantizing, into: Int32Array): Quantization | undefined

  /**
   * Rice-codes the integers of a tile, to the very bytes that cfitsio writes.
   *
   * @param values Integers; those that `bytepix` has no room for are cut to their low bits.
   * @param into Has room for `maxRiceBytes`; what lies behind the coded bytes is of no meaning.
   * @returns How many bytes were written.
   */
  encodeRice(values: Int32Array, coding: RiceCoding, into: Uint8Array): number

  /**
   * `quantize` and `encodeRice` of rows, with integers of 4 bytes in blocks of 32: in less time.
   *
   * @param values Whole rows; only read.
   * @param into Has room for as many rows. One that cannot be quantised, or would not become smaller, gets the length 0.
   */
  encodeRiceRows(values: Float32Array, coding: RowCoding, into: EncodedBand): void
}

/** The same pixels of one frame: a band of it, in the numbers it is stored in. */
export type Plane = Float32Array | Float64Array | Int32Array | Int16Array | Uint16Array

/** How the numbers of frames, and of the result, lie in memory. */
export interface StackOptions {
  /** Whether the frames' numbers are big-endian, as they are in FITS files; false by default. */
  readonly isBigEndian?: boolean
  /** Whether those of the result are to be; false by default. */
  readonly isResultBigEndian?: boolean
}

/** What becomes of the values of a pixel; `deviation` is the standard deviation of the population, as NumPy's `std`. */
export type Statistic = 'sum' | 'mean' | 'min' | 'max' | 'deviation'

/** Which values are outliers: those more than some standard deviations from the centre, in each of some rounds. */
export interface Clipping {
  /** Deviations below the centre that are still in; 3 by default. */
  readonly low?: number
  /** Deviations above the centre that are still in; 3 by default. */
  readonly high?: number
  /** The most rounds; 5 by default. They end earlier when nothing more is out. */
  readonly rounds?: number
  /** What is taken for the centre; the median by default. */
  readonly centre?: 'median' | 'mean'
}

/**
 * What combines frames pixel by pixel. NaN is missing: a pixel is combined from what there is, and one missing everywhere is NaN, the same one
 * whatever the bits of the missing ones are (0x7fc00000, 0x7ff8000000000000).
 *
 * Planes are of one type, and each is as long as the result. Those from one call of `allocatePlanes` are taken as they are, others piece by piece.
 */
export interface StackKernels {
  /**
   * The median of each pixel; the mean of the two middle values where their number is even.
   *
   * Bit for bit that of NumPy's `median` and `nanmedian`: from float32 to float32 the mean is a float32 one, in all other cases one of doubles,
   * rounded once where the result is float32. -0 comes before 0.
   *
   * Up to 64 frames it is a selection network (Batcher 1968), beyond that a bisection.
   */
  median(planes: readonly Plane[], into: Samples, options?: StackOptions): void

  /** A statistic of each pixel, in double precision, values added in the order of the planes; rounded once to the type of `into`. */
  reduce(statistic: Statistic, planes: readonly Plane[], into: Samples, options?: StackOptions): void

  /**
   * The mean of each pixel without outliers, in double precision, rounded once. Infinities are missing, too.
   *
   * Each round takes the centre and the standard deviation of what is left, and takes out what is too far off.
   */
  clippedMean(planes: readonly Plane[], into: Samples, clipping?: Clipping, options?: StackOptions): void
}

/** What is done with two values; a pixel, or a number, first and second. */
export type Operation = 'add' | 'subtract' | 'multiply' | 'divide'

/** Arithmetic with images. */
export interface ArithmeticKernels {
  /**
   * An operation on the pixels of two images, or of an image and a number: in double precision, rounded once to the type of `into`. What is
   * NaN stays NaN, but its bits may be others.
   *
   * @param into As long as the images; may be one of them.
   * @example kernels.calculate('subtract', image, dark, image)
   */
  calculate(operation: Operation, first: Samples | number, second: Samples | number, into: Samples): void
}

/** What is learnt from the values of an image. */
export interface StatisticsKernels {
  /** How many values are neither NaN nor infinite. */
  countFinite(values: Samples): number

  /**
   * Finite values at even steps, from the first one on: at most `most`, and all of them where there are no more. What zscale looks at (D. Tody 1986,
   * IRAF's `cdl_zscale`).
   */
  sampleFinite(values: Samples, most: number): Float64Array

  /**
   * Adds to `counts` how many values are in each of as many bins of one width; those equal to `high` are in the last one, and what is outside,
   * and NaN, in none.
   */
  histogram(values: Samples, low: number, high: number, counts: Uint32Array): void

  /**
   * The value at a rank, counted from 0, when those that are not NaN are put in order, -0 before 0; NaN where there are not so many.
   */
  orderStatistic(values: Samples, rank: number): number
}

/** How values become grey levels between two limits. */
export interface Stretch {
  /** The value shown black. */
  readonly low: number
  /** The value shown white. Where it is not above `low`, all values are shown mid-grey. */
  readonly high: number
  /**
   * The level by the part x of the way from low to high: x, its root, ln(1000 x + 1) / ln 1001, or asinh(10 x) / asinh 10, as in astropy; the
   * logarithms to nine digits. `linear` by default.
   */
  readonly curve?: 'linear' | 'sqrt' | 'log' | 'asinh'
}

/** A size in pixels. */
export interface PictureSize {
  readonly width: number
  readonly height: number
}

/** What pictures are made by. */
export interface PictureKernels {
  /** Grey levels, rounded to the nearest, of 8 or of 16 bits; NaN is black. In double precision. */
  stretch(values: Samples, stretch: Stretch, into: Uint8Array | Uint16Array): void

  /** `stretch` to 8 bits of rows of `width` values, of which the last one becomes the first: images begin at the bottom, pictures at the top. */
  stretchTurned(values: Samples, width: number, stretch: Stretch, into: Uint8Array): void

  /** A grey picture made smaller, row after row: each pixel is the rounded average of those it covers. */
  shrink(pixels: Uint8Array, size: PictureSize, into: Uint8Array, intoSize: PictureSize): void

  /**
   * Adds a channel's light to a primary color's: none for values up to `low`, `light` for those from `high` on, and in proportion between them.
   * NaN adds nothing. In double precision.
   */
  addLight(
    values: Samples,
    limits: { readonly low: number; readonly high: number },
    light: number,
    into: Float32Array,
  ): void

  /**
   * Codes a row of blocks of 8 x 8 grey pixels as a baseline JPEG has them (ITU-T T.81), with the codes of its annex K: one restart interval.
   *
   * @param pixels Eight rows, of a multiple of 8 pixels; only read.
   * @param quality From 1 to 100, as the Independent JPEG Group scales steps.
   * @param into Has room for `maxBlockBytes`; what lies behind the coded bytes is of no meaning.
   * @returns How many bytes were written.
   */
  encodeBlocks(pixels: Uint8Array, quality: number, into: Uint8Array): number
}

/**
 * What is done to pixels where it has to be fast. Every implementation gives the same bits.
 *
 * Arguments are checked: arrays that do not fit each other, or numbers out of range, are a TypeError. Arrays of the `arena` are taken as they
 * are, others piece by piece.
 */
export interface PixelKernels
  extends ByteKernels,
    RiceKernels,
    StackKernels,
    ArithmeticKernels,
    StatisticsKernels,
    PictureKernels {
  /** `simd`: WebAssembly with 128-bit vectors. `reference`: plain TypeScript. */
  readonly implementation: 'simd' | 'reference'
  /** The memory that kernels work on without copying, for the caller alone. */
  readonly arena: Arena
}
