import type { BinaryColumn } from './binary-columns.js'
import { decodeBits, decodeElements } from './decode-elements.js'
import type { DecodedColumn, DecodedElements } from './table-values.js'

/**
 * The elements of a column's fields, which are all of one length.
 *
 * @param bytes Those of all rows, one after another, in memory of their own; swapped in place.
 */
export function decodeFields(
  { info, field, usedBytes, form }: BinaryColumn,
  bytes: Uint8Array<ArrayBuffer>,
  rows: number,
): DecodedElements {
  const used = usedBytes === field.bytes ? bytes : startsOf(bytes, field.bytes, usedBytes)
  if (form.code !== 'X') return decodeElements(used, form)
  return { values: decodeBits(used, field.bytes === 0 ? 0 : rows, info.repeat), nulls: undefined }
}

/** The first bytes of each field. */
function startsOf(bytes: Uint8Array, width: number, length: number): Uint8Array<ArrayBuffer> {
  const starts = new Uint8Array((bytes.length / width) * length)
  for (let from = 0, to = 0; from < bytes.length; from += width, to += length) {
    starts.set(bytes.subarray(from, from + length), to)
  }
  return starts
}

/**
 * The cells of a column of variable length; of text the strings.
 *
 * @param cells The bytes of each, in memory of its own; swapped in place.
 * @param countOf How many elements a cell has; of a bit array bits.
 */
export function decodeCells(
  column: BinaryColumn,
  cells: readonly Uint8Array<ArrayBuffer>[],
  countOf: (row: number) => number,
): DecodedColumn {
  if (column.form.code === 'A') return { values: cells.flatMap((bytes) => textOf(bytes, column)), nulls: undefined }
  return { cells: cells.map((bytes, row) => decodeCell(bytes, countOf(row), column)) }
}

function textOf(bytes: Uint8Array<ArrayBuffer>, { form }: BinaryColumn): string[] {
  if (bytes.length === 0) return ['']
  return decodeElements(bytes, { ...form, textWidth: bytes.length }).values as string[]
}

function decodeCell(bytes: Uint8Array<ArrayBuffer>, count: number, { form }: BinaryColumn): DecodedElements {
  return form.code === 'X' ? { values: decodeBits(bytes, 1, count), nulls: undefined } : decodeElements(bytes, form)
}
