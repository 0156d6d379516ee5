import type { Bitpix, PixelScale } from '../pixel-scale.js'
import type { Quantization } from '../quantization.js'
import type { RiceCoding } from '../rice-coding.js'

/** Where a frame lies in a file of this machine, so that any thread can read bands of it by itself. All of it can be sent to threads. */
export interface StoredFrame {
  /** The file, which is opened while frames are combined. */
  readonly path: string
  readonly pixels: PlainPixels | RiceRows
}

/** Big-endian pixels, row after row. */
export interface PlainPixels {
  readonly kind: 'plain'
  /** The byte of the file that the first row begins at. */
  readonly offset: number
  readonly bitpix: Bitpix
  readonly scale: PixelScale
}

/** Rows that are Rice-coded one by one, as fpack makes them, and a table that says where in the file each is. */
export interface RiceRows {
  readonly kind: 'rice'
  readonly coding: RiceCoding
  /** The table, of which each row tells of one row of pixels. */
  readonly table: RiceTable
  /** Where the coded bytes are: the first byte, and how many there are. */
  readonly heap: { readonly offset: number; readonly length: number }
  /** What the integers become. */
  readonly values: ScaledRows | QuantizedRows
}

/** A table of big-endian numbers. */
export interface RiceTable {
  /** The byte of the file that it begins at. */
  readonly offset: number
  readonly rowBytes: number
  /** The byte of a row that the length of its coded bytes is at, and behind that their place in the heap. */
  readonly descriptor: number
  /** Whether those two are integers of 64 bits, not of 32. */
  readonly isLong: boolean
}

/** Integers that only have a scale. */
export interface ScaledRows {
  readonly kind: 'scaled'
  readonly scale: PixelScale
}

/** Integers that floats were quantised to; each row has its own scale and zero, float64, at these bytes of the table's row. */
export interface QuantizedRows extends Pick<Quantization, 'dithering' | 'blank'> {
  readonly kind: 'quantized'
  readonly scaleAt: number
  readonly zeroAt: number
  /** The seed of the first row; each next one has the next. */
  readonly firstSeed: number
}
