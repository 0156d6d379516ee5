import type { StoredFrame } from '@datalab/pixels'
import { abortable } from './abortable.js'
import { checkOptions } from './check-arguments.js'
import { unsupported, wrongArgument } from './errors.js'
import { Hdu, type HduParts } from './hdu.js'
import { type Bitpix, countPixels } from './hdu-layout.js'
import {
  allocateSamples,
  allocateStored,
  type Samples,
  type SampleType,
  type StoredPixels,
  sampleTypeOf,
} from './samples.js'
import { type Scale, scaleOf } from './scale.js'
import { type Section, sectionPixels, wholeSection } from './section.js'
import { showValue } from './show-value.js'

/** How to read. */
export interface ReadOptions {
  /**
   * Ends the reading: the promise is rejected with the signal's reason. It does not wait for the piece of the file that is under way, unless
   * that goes to an array of the caller's.
   */
  readonly signal?: AbortSignal | undefined
}

/** Which rows to read. */
export interface ReadRowsOptions extends ReadOptions {
  /** Which plane of a cube, counted through all axes beyond the second; 0 by default. */
  readonly plane?: number | undefined
}

/** A box of an image's pixels, in the order of `shape`: the slowest axis first. */
export interface ImageSection {
  /** The first pixel, counted from 0. */
  readonly start: readonly number[]
  /** Pixels along each axis. */
  readonly shape: readonly number[]
}

/** What to read as it is stored. */
export interface ReadStoredOptions extends ReadOptions {
  /** Which pixels; all by default. */
  readonly section?: ImageSection | undefined
}

/** One reading: which pixels, and where their values go. */
export interface PixelRequest {
  /** Not empty, and within the image. */
  readonly section: Section
  /** As long as the section, of a type that holds its values. */
  readonly into: StoredPixels
  /** How they become physical values; undefined to leave them as they are stored. */
  readonly scale: Scale | undefined
  readonly signal: AbortSignal | undefined
}

/**
 * An HDU that holds an image: values on demand, of which only the bytes that are needed are read.
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
  /** Lengths of the axes, the fastest first. */
  protected readonly axes: readonly number[]
  #scale: Scale | undefined

  constructor(parts: HduParts) {
    super(parts)
    this.axes = [...parts.shape].reverse()
    const [width = 0, height = 1, ...rest] = this.axes
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
   * @throws FITS_TRUNCATED when the data are cut, FITS_INVALID when they are malformed, FITS_UNSUPPORTED for an unknown compression, and
   * for more values than there is memory for; FITS_CLOSED when the file was closed.
   * @throws FITS_ARGUMENT when the rows or the plane are not in the image, or `into` has another type or is too short.
   */
  async readRows(y0: number, y1: number, into?: Samples, options: ReadRowsOptions = {}): Promise<Samples> {
    checkOptions(options)
    const { plane = 0, signal } = options
    this.#checkRows(y0, y1, plane)
    return this.#readSamples(this.#rowsSection(y0, y1, plane), into, signal)
  }

  /** All values of all axes, as `readRows` gives them: row after row, plane after plane. */
  async read(options: ReadOptions = {}): Promise<Samples> {
    checkOptions(options)
    return this.#readSamples(wholeSection(this.axes), undefined, options.signal)
  }

  /**
   * The values of a box of pixels, as `readRows` gives them; the first axis of `shape` is the slowest one. Of plain images only the box's
   * bytes are read, of compressed ones only the tiles it touches.
   *
   * @throws as `readRows`; FITS_ARGUMENT when the box is not in the image.
   * @example await hdu.readSection({ start: [100, 200], shape: [50, 60] }) // 50 rows from row 100 on, 60 pixels of each from column 200 on
   */
  async readSection(section: ImageSection, into?: Samples, options: ReadOptions = {}): Promise<Samples> {
    checkOptions(options)
    return this.#readSamples(this.#sectionOf(section), into, options.signal)
  }

  /**
   * Pixels as they are stored, not scaled, in the machine's byte order: every bit of integers of 64 bits too. Of compressed images these are
   * the pixels that were compressed, as far as the compression keeps them. The caller owns the array.
   *
   * @throws as `readSection`.
   */
  async readStored(options: ReadStoredOptions = {}): Promise<StoredPixels> {
    checkOptions(options)
    const section = options.section ? this.#sectionOf(options.section) : wholeSection(this.axes)
    const length = this.#startReading(section, options.signal)
    const into = allocate(length, () => allocateStored(this.bitpix, length))
    if (length > 0) await this.#decode({ section, into, scale: undefined, signal: options.signal }, true)
    return into
  }

  /**
   * Refuses data that cannot be what the header announces: before memory is taken for them, as reading does by itself.
   *
   * @throws FITS_TRUNCATED, FITS_INVALID, FITS_UNSUPPORTED, FITS_CLOSED as reading does.
   */
  check(): void {
    this.source.requireOpen()
    if (this.error) throw this.error
    this.checkData()
  }

  /**
   * Where the file holds the rows of the first plane, for those who read them by themselves, in threads; undefined where only `readRows` can. The
   * data must have been checked.
   */
  storedPixels(): StoredFrame['pixels'] | undefined {
    return this.hasData && !this.source.isInflated ? this.layout() : undefined
  }

  /** Where the rows are, in a file that is not inflated. */
  protected abstract layout(): StoredFrame['pixels'] | undefined

  /** Fills `request.into`. */
  protected abstract decodeSection(request: PixelRequest): Promise<void>

  /** Refuses data that cannot be what the header announces, before memory is taken for them. */
  protected checkData(): void {}

  async #readSamples(section: Section, into: Samples | undefined, signal?: AbortSignal): Promise<Samples> {
    const length = this.#startReading(section, signal)
    const values = into ? this.#partOf(into, length) : allocate(length, () => allocateSamples(this.sampleType, length))
    if (length > 0) await this.#decode({ section, into: values, scale: this.scale, signal }, into === undefined)
    return values
  }

  /** @param isOurs Whether an abort may leave the array to a reading that is under way: nobody else has it. */
  async #decode(request: PixelRequest, isOurs: boolean): Promise<void> {
    const decode = () => this.decodeSection(request)
    await this.source.hold(() => (isOurs ? abortable(request.signal, decode) : decode()))
  }

  /** How many values there will be. */
  #startReading(section: Section, signal: AbortSignal | undefined): number {
    signal?.throwIfAborted()
    this.source.requireOpen()
    const length = this.hasData ? sectionPixels(section) : 0
    if (length > 0) this.check()
    else if (this.error) throw this.error
    return length
  }

  #partOf(into: Samples, length: number): Samples {
    const isRight = this.sampleType === 'float32' ? into instanceof Float32Array : into instanceof Float64Array
    if (!isRight || into.length < length) {
      const given = isRight ? `has ${into.length}` : `is ${showValue(into)}`
      throw wrongArgument(`into ${given}, but must be a ${this.sampleType} array of at least ${length} values`)
    }
    return into.length === length ? into : into.subarray(0, length)
  }

  #checkRows(y0: number, y1: number, plane: number): void {
    if (!Number.isInteger(y0) || !Number.isInteger(y1) || y0 < 0 || y1 < y0 || y1 > this.height) {
      throw wrongArgument(
        `rows ${showValue(y0)} to ${showValue(y1)} are not in an image of ${this.height} rows, which are counted from 0`,
      )
    }
    const isPlane = Number.isInteger(plane) && plane >= 0 && plane < this.planes
    if (!isPlane && y1 > y0) {
      throw wrongArgument(`plane ${showValue(plane)} is not in an image of ${this.planes} planes, counted from 0`)
    }
  }

  #rowsSection(y0: number, y1: number, plane: number): Section {
    let rest = plane
    const start = this.axes.map((length, axis) => {
      if (axis < 2) return axis === 0 ? 0 : y0
      const position = rest % length
      rest = Math.floor(rest / length)
      return position
    })
    const size = this.axes.map((length, axis) => (axis === 0 ? length : axis === 1 ? y1 - y0 : 1))
    return { start, size: y1 === y0 ? size.map(() => 0) : size }
  }

  #sectionOf(box: ImageSection): Section {
    const { start, shape } = box ?? {}
    const isWithin =
      isListOf(this.axes.length, start) &&
      isListOf(this.axes.length, shape) &&
      this.shape.every((length, axis) => {
        const [from, size] = [start[axis]!, shape[axis]!]
        return Number.isInteger(from) && Number.isInteger(size) && from >= 0 && size >= 0 && from + size <= length
      })
    if (!isWithin || start.length === 0) {
      const what = `a section of ${showValue(shape)} from ${showValue(start)} on`
      throw wrongArgument(
        `${what} is not in an image of [${this.shape}]; give { start, shape }, the slowest axis first`,
      )
    }
    return { start: [...start].reverse(), size: [...shape].reverse() }
  }
}

function isListOf(length: number, list: unknown): list is readonly number[] {
  return Array.isArray(list) && list.length === length
}

function allocate<Values>(length: number, make: () => Values): Values {
  try {
    return make()
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw unsupported(`${length} pixels at once are more than there is memory for; read the image by rows or sections`)
  }
}
