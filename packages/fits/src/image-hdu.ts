import { Hdu, type HduParts } from './hdu.js'
import { type Bitpix, countPixels } from './hdu-layout.js'
import { allocateSamples, type Samples, type SampleType, sampleTypeOf } from './samples.js'
import { type Scale, scaleOf } from './scale.js'

/** How to read. */
export interface ReadOptions {
  /** Ends the reading between two pieces of the file; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal
}

/** Which rows to read. */
export interface ReadRowsOptions extends ReadOptions {
  /** Which plane of a cube, counted through all axes beyond the second; 0 by default. */
  readonly plane?: number
}

/** Consecutive rows, counted through all planes, and where their values go. */
export interface RowRange {
  readonly first: number
  readonly end: number
  readonly into: Samples
  readonly signal: AbortSignal | undefined
}

/**
 * An HDU that holds an image: physical values on demand, of which only the bytes that are needed are read.
 *
 * Rows are counted from 0, the first in the file, which is the bottom of the picture.
 */
export abstract class ImageHdu extends Hdu {
  declare readonly bitpix: Bitpix
  /** The array type of physical values: float32 for 8-, 16- and -32-bit pixels, else float64. */
  readonly sampleType: SampleType
  /** Pixels in a row, NAXIS1; 0 without data. */
  readonly width: number
  /** Rows in a plane, NAXIS2; 1 for an image of one axis, 0 without data. */
  readonly height: number
  /** Planes, the product of all further axes: 1 for a 2-D image, also for a cube whose further axes have length 1. */
  readonly planes: number
  #scale: Scale | undefined

  constructor(parts: HduParts) {
    super(parts)
    const [width = 0, height = 1, ...rest] = [...parts.shape].reverse()
    const isEmpty = countPixels(parts.shape) === 0
    this.width = isEmpty ? 0 : width
    this.height = isEmpty ? 0 : height
    this.planes = isEmpty ? 0 : rest.reduce((a, b) => a * b, 1)
    this.sampleType = sampleTypeOf(this.bitpix)
  }

  /** How the stored numbers become physical values. */
  get scale(): Scale {
    this.#scale ??= scaleOf(this.header, this.bitpix)
    return this.#scale
  }

  /** Whether there are pixels at all. */
  get hasData(): boolean {
    return this.width > 0
  }

  /**
   * The rows from `y0` up to, not including, `y1`: physical values, row after row, NaN where there is none.
   *
   * @param into An array of type `sampleType` to fill, of at least that many values; without it one is made. The array returned is `into`
   * or the part of it that was filled; the caller owns it, and leaves it alone until the promise is settled.
   * @throws FITS_TRUNCATED when the data are cut, FITS_INVALID when they are malformed, FITS_UNSUPPORTED for an unknown compression.
   * @throws TypeError when the rows or the plane are not in the image, or `into` has another type or is too short.
   */
  async readRows(y0: number, y1: number, into?: Samples, options: ReadRowsOptions = {}): Promise<Samples> {
    const { plane = 0, signal } = options
    this.#checkRows(y0, y1, plane)
    const values = await this.#read(plane * this.height + y0, plane * this.height + y1, into, signal)
    return values
  }

  /** All values of all planes, as `readRows` gives them. */
  async read(options: ReadOptions = {}): Promise<Samples> {
    return this.#read(0, this.planes * this.height, undefined, options.signal)
  }

  /**
   * Refuses data that cannot be what the header announces: before memory is taken for them, as reading does by itself.
   *
   * @throws FITS_TRUNCATED, FITS_INVALID, FITS_UNSUPPORTED as reading does.
   */
  check(): void {
    if (this.error) throw this.error
    this.checkData()
  }

  /** Fills `range.into`, which has the right type and length; the rows are in the image. */
  protected abstract decodeRows(range: RowRange): Promise<void>

  /** Refuses data that cannot be what the header announces, before memory is taken for them. */
  protected checkData(): void {}

  async #read(first: number, end: number, into: Samples | undefined, signal?: AbortSignal): Promise<Samples> {
    signal?.throwIfAborted()
    if (end > first) this.check()
    else if (this.error) throw this.error
    const values = this.#samples((end - first) * this.width, into)
    if (values.length > 0) await this.decodeRows({ first, end, into: values, signal })
    return values
  }

  #samples(length: number, into: Samples | undefined): Samples {
    if (!into) return allocateSamples(this.sampleType, length)
    const isRight = this.sampleType === 'float32' ? into instanceof Float32Array : into instanceof Float64Array
    if (!isRight || into.length < length) {
      throw new TypeError(`into must be a ${this.sampleType} array of at least ${length} values`)
    }
    return into.length === length ? into : into.subarray(0, length)
  }

  #checkRows(y0: number, y1: number, plane: number): void {
    if (!Number.isInteger(y0) || !Number.isInteger(y1) || y0 < 0 || y1 < y0 || y1 > this.height) {
      throw new TypeError(`rows ${y0} to ${y1} are not in an image of ${this.height} rows`)
    }
    const isPlane = Number.isInteger(plane) && plane >= 0 && plane < this.planes
    if (!isPlane && y1 > y0) throw new TypeError(`plane ${plane} is not in an image of ${this.planes} planes`)
  }
}
