import type { Quantizing } from '../quantization.js'

/** How rows of floats become integers. */
export interface RowCoding extends Quantizing {
  /** Pixels of a row. */
  readonly width: number
  /** That of the first row; each next one has the next. */
  readonly seed: number
}

/** What coded rows are kept in: as many as it has room for. */
export interface EncodedBand {
  /** Of each row, how many bytes it has; 0 where it is not coded. */
  readonly lengths: Int32Array
  /** Of each row, the step between integers, and the value that 0 stands for. */
  readonly scales: Float64Array
  readonly zeros: Float64Array
  /** The coded bytes of all rows, one behind the other. */
  readonly bytes: Uint8Array
}

const { BYTES_PER_ELEMENT: DOUBLE } = Float64Array
const { BYTES_PER_ELEMENT: SINGLE } = Float32Array

/** How many bytes rows of floats take, and the band that they are coded to. */
export function encodingBytes(rows: number, width: number): number {
  return 2 * rows * width * SINGLE + 3 * rows * DOUBLE
}

/** The parts of a memory of so many bytes: what is to be coded, and what it becomes. */
export function encodingArrays(
  buffer: SharedArrayBuffer | ArrayBuffer,
  rows: number,
  width: number,
): { values: Float32Array; band: EncodedBand } {
  const scales = new Float64Array(buffer, 0, rows)
  const zeros = new Float64Array(buffer, rows * DOUBLE, rows)
  const lengths = new Int32Array(buffer, 2 * rows * DOUBLE, rows)
  const start = 3 * rows * DOUBLE
  const bytes = rows * width * SINGLE
  const values = new Float32Array(buffer, start, rows * width)
  return { values, band: { lengths, scales, zeros, bytes: new Uint8Array(buffer, start + bytes, bytes) } }
}
