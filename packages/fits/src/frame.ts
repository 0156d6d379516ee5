import type { StoredFrame } from '@datalab/pixels'
import type { Header } from './header.js'
import { allocateSamples, type Samples, type SampleType } from './samples.js'
import type { TableHdu } from './table-hdu.js'

/** Pixels in a row, and rows. */
export interface FrameSize {
  readonly width: number
  readonly height: number
}

/** One 2-D image among the inputs of a run: its header, and its rows on demand. */
export interface Frame extends FrameSize {
  /** How a user would name it, for messages. */
  readonly label: string
  readonly header: Header
  /** The array type of its physical values: float32 where every value of the file fits, else float64. */
  readonly sampleType: SampleType
  /** The catalogue of its sources, where the file has one: the table CAT, as archives put it beside their frames. It is read on demand. */
  readonly catalogue?: TableHdu | undefined
  /**
   * Physical values of the rows from `from` up to, not including, `to`; row 0 is the bottom of the picture. NaN where there is none. The
   * caller owns the array.
   *
   * @param into an array of type `sampleType` to fill, of at least that many values; without it one is made. What is returned is it, or the part
   * that was filled.
   */
  readRows(from: number, to: number, into?: Samples): Promise<Samples>
  /** Where a file of this machine holds its rows, for `combine` of `@datalab/pixels`; undefined where only `readRows` can read them. */
  readonly stored?: StoredFrame | undefined
  /** Releases the file before the run ends, for runs over many. */
  close(): Promise<void>
}

/** All rows of a frame. */
export function readFrame(frame: Frame): Promise<Samples> {
  return frame.readRows(0, frame.height)
}

/** The largest size that every frame has: the smallest width, and the smallest height. */
export function commonSize(frames: readonly [FrameSize, ...FrameSize[]] | readonly FrameSize[]): FrameSize {
  return {
    width: Math.min(...frames.map(({ width }) => width)),
    height: Math.min(...frames.map(({ height }) => height)),
  }
}

/** The part of a frame, from its origin corner, that has this size. */
export function cropFrame(frame: Frame, { width, height }: FrameSize): Frame {
  if (width > frame.width || height > frame.height)
    throw new TypeError(
      `${frame.label} of ${frame.width} x ${frame.height} pixels cannot be cropped to ${width} x ${height}.`,
    )
  const { label, header, sampleType, catalogue } = frame
  const readRows = async (from: number, to: number, into?: Samples) => {
    if (to > height) throw new TypeError(`Rows ${from} to ${to} are not in a frame of ${height} rows.`)
    if (width === frame.width) return frame.readRows(from, to, into)
    const rows = cropRows(await frame.readRows(from, to), frame.width, width)
    if (into === undefined) return rows
    into.set(rows)
    return into.subarray(0, rows.length)
  }
  // Of narrower rows a file has more than is wanted.
  const stored = width === frame.width ? frame.stored : undefined
  return { width, height, label, header, sampleType, catalogue, readRows, stored, close: () => frame.close() }
}

/** Zeros for a result of this size: float32 where all these frames are, else float64. */
export function samplesFor({ width, height }: FrameSize, frames: readonly Pick<Frame, 'sampleType'>[]): Samples {
  return allocateSamples(commonSampleType(frames), width * height)
}

/** The type that the values of all frames fit into: float32 where all are, else float64. */
export function commonSampleType(frames: readonly Pick<Frame, 'sampleType'>[]): SampleType {
  return frames.every(({ sampleType }) => sampleType === 'float32') ? 'float32' : 'float64'
}

/** Consecutive rows, from `from` up to, not including, `to`. */
export interface RowBand {
  readonly from: number
  readonly to: number
}

/** Bytes that the bands of all frames take together. */
const BAND_BYTES = 8 * 2 ** 20

/** Cuts a frame's rows into bands, of which those of `count` frames fit into memory together. */
export function bandsOfRows({ width, height }: FrameSize, count: number): RowBand[] {
  const rows = Math.max(1, Math.floor(BAND_BYTES / (count * width * Float64Array.BYTES_PER_ELEMENT)))
  const bands = Math.ceil(height / rows)
  return Array.from({ length: bands }, (_, band) => ({ from: band * rows, to: Math.min(height, (band + 1) * rows) }))
}

/** The first `width` values of each row. */
function cropRows(rows: Samples, rowLength: number, width: number): Samples {
  const count = rows.length / rowLength
  for (let row = 1; row < count; row++) rows.copyWithin(row * width, row * rowLength, row * rowLength + width)
  return rows.subarray(0, count * width)
}
