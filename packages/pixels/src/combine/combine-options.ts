import type { PixelArrays } from '../arena.js'
import type { Clipping, Operation, Plane, Statistic } from '../kernels.js'
import type { Samples } from '../pixel-scale.js'
import type { StoredFrame } from './stored-frame.js'

/** Rows of an image: those from `from` on, up to and without `to`. */
export interface Rows {
  readonly from: number
  readonly to: number
}

/** A frame that can be read band by band. */
export interface BandFrame {
  /**
   * Fills `into` with the pixels of some rows, row after row.
   *
   * It is called for one band after the other, from the first row on, and never before it is done with the band before.
   */
  readBand(rows: Rows, into: Plane): void | Promise<void>
  /**
   * Where it lies in a file, for a frame whose rows are as wide as the result's. Where all frames say so, threads read them by themselves, and
   * `readBand` is only called for what they cannot read: to do so, or to say why not.
   */
  readonly stored?: StoredFrame | undefined
}

/** Rows of the result. */
export interface CombinedBand {
  readonly rows: Rows
  /** Row after row; not to be kept: the memory is used again. */
  readonly values: Samples
}

/**
 * What becomes of the values of a pixel; `sigma-clip` is the mean without outliers. `calculate` is an operation on the values of two frames, or of
 * one and a number: NaN where one of them is NaN.
 */
export type CombineMethod = 'median' | Statistic | 'sigma-clip' | 'calculate'

/** What `calculate` does. */
export interface Calculation {
  readonly operation: Operation
  /** What is second, where there is one frame. */
  readonly number?: number
}

/** How frames are combined. */
export interface CombineBandsOptions {
  readonly method: CombineMethod
  /** Pixels of a row, in every frame and in the result. */
  readonly width: number
  /** Rows of every frame, and of the result. */
  readonly height: number
  /** The type of the numbers that frames give; float32 by default. */
  readonly type?: Extract<keyof PixelArrays, 'float32' | 'float64' | 'int32' | 'int16' | 'uint16'>
  /** Whether those numbers are big-endian, as in FITS files; false by default. */
  readonly isBigEndian?: boolean
  /** The type of the result; float32 by default. */
  readonly resultType?: 'float32' | 'float64'
  /** Whether the result's numbers are to be big-endian; false by default. */
  readonly isResultBigEndian?: boolean
  /** What is an outlier, for `sigma-clip`. */
  readonly clipping?: Clipping
  /** What is done, for `calculate`. */
  readonly calculation?: Calculation
  /** The most memory that bands may take, in bytes; 64 MiB by default. */
  readonly memoryBytes?: number
  /** Worker threads that may combine besides this one; by default as many as pay for so much work, of those that the process has. 0 is none. */
  readonly workers?: number
  /** Aborted: no further band is begun. */
  readonly signal?: AbortSignal
  /** Called after the last band for each frame without any value that is not NaN, by its place; what it throws is thrown. */
  readonly onEmptyFrame?: (frame: number) => void
}

/** How frames are combined, and where the result goes. */
export interface CombineOptions extends CombineBandsOptions {
  /** Gets the result band by band, in the order of the rows, one call after the other. */
  readonly write: (rows: Rows, values: Samples) => void | Promise<void>
  /** Gets how much is done, from 0 to 1. */
  readonly onProgress?: (fraction: number) => void
}
