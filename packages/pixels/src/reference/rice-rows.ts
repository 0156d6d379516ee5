import type { RiceKernels } from '../kernels.js'
import type { Samples } from '../pixel-scale.js'
import { type CodedRows, type CodedSpan, MAX_RICE_BYTES } from '../rice-coding.js'

/** A row of the table: where the coded bytes are in the heap, and where floats were quantised its scale and zero. */
interface RowCell {
  readonly place: number
  readonly length: number
  readonly scale: number
  readonly zero: number
}

/** What each row of the table says. */
function* cellsOf({ image: { table, values }, table: bytes }: CodedRows): Generator<RowCell, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const numberAt = (at: number) => (table.isLong ? Number(view.getBigInt64(at)) : view.getInt32(at))
  for (let row = 0; row < bytes.length; row += table.rowBytes) {
    const at = row + table.descriptor
    const [length, place] = [numberAt(at), numberAt(at + (table.isLong ? 8 : 4))]
    if (values.kind === 'scaled') yield { place, length, scale: 1, zero: 0 }
    else
      yield { place, length, scale: view.getFloat64(row + values.scaleAt), zero: view.getFloat64(row + values.zeroAt) }
  }
}

/** Where in the heap the coded bytes of rows are; undefined where a row has none there, or fewer than `least`. */
export function findRiceRows(rows: CodedRows, least: number): CodedSpan | undefined {
  let [start, end, bytes, longest] = [Number.POSITIVE_INFINITY, 0, 0, 0]
  for (const { place, length } of cellsOf(rows)) {
    if (length < least || length > MAX_RICE_BYTES || place < 0 || place + length > rows.image.heap.length)
      return undefined
    start = Math.min(start, place)
    end = Math.max(end, place + length)
    bytes += length
    longest = Math.max(longest, length)
  }
  return { start, end, bytes, longest }
}

/** Decodes rows one by one with kernels for tiles. */
export function decodeEachRow(
  kernels: Pick<RiceKernels, 'decodeRiceFloats' | 'decodeRiceScaled'>,
  bytes: Uint8Array,
  start: number,
  rows: CodedRows,
  into: Samples,
): boolean {
  const { coding, values, table } = rows.image
  const width = (into.length * table.rowBytes) / rows.table.length
  let row = 0
  for (const { place, length, scale, zero } of cellsOf(rows)) {
    const at = place - start
    if (length < 0 || at < 0 || at + length > bytes.length) return false
    const coded = bytes.subarray(at, at + length)
    const part = into.subarray(row * width, (row + 1) * width)
    const isWhole =
      values.kind === 'scaled'
        ? kernels.decodeRiceScaled(coded, coding, values.scale, part)
        : kernels.decodeRiceFloats(
            coded,
            coding,
            { ...values, scale, zero, seed: values.firstSeed + rows.first + row },
            part,
          )
    if (!isWhole) return false
    row++
  }
  return true
}
