import type { Complex } from './card-value.js'
import type { PixelArray } from './encode-samples.js'
import type { ColumnInfo } from './table-column-info.js'
import { type CellValue, type DecodedColumn, type DecodedElements, isCells, withNaN } from './table-values.js'

/** The cell of row `row` among the `count` rows that were decoded: see `TableHdu.row`. */
export function cellOf(info: ColumnInfo, decoded: DecodedColumn, row: number, count: number): CellValue {
  if (isCells(decoded)) {
    const cell = decoded.cells[row]
    return cell === undefined ? null : arrayOf(info, cell, 0, cell.values.length)
  }
  const perRow = decoded.values.length / count
  if (perRow === 0) return null
  if (info.shape.length === 0) return elementOf(info, decoded, row)
  return arrayOf(info, decoded, row * perRow, (row + 1) * perRow)
}

function elementOf({ kind }: ColumnInfo, { values, nulls }: DecodedElements, index: number): CellValue {
  if (kind === 'complex') return complexAt(values as Float64Array, index)
  if (nulls?.[index]) return kind === 'float' ? Number.NaN : null
  const value = values[index]!
  return kind === 'logical' || kind === 'bit' ? value === 1 : value
}

function arrayOf(info: ColumnInfo, decoded: DecodedElements, start: number, end: number): CellValue {
  const { values, nulls } = decoded
  if (info.kind === 'logical' || info.kind === 'bit') {
    return Array.from({ length: end - start }, (_, i) => (nulls?.[start + i] ? null : values[start + i] === 1))
  }
  if (info.kind === 'complex') {
    return Array.from({ length: (end - start) / 2 }, (_, i) => complexAt(values as Float64Array, start / 2 + i))
  }
  if (Array.isArray(values)) return values.slice(start, end)
  const part = values.slice(start, end)
  return nulls ? (withNaN({ values: part, nulls: nulls.subarray(start, end) }) as PixelArray) : part
}

function complexAt(values: Float64Array | Float32Array, index: number): Complex {
  return { re: values[2 * index]!, im: values[2 * index + 1]! }
}
