import { Card } from './card.js'
import { type ColumnToWrite, columnError, isTextList } from './column-to-write.js'
import { isDisplayOf } from './display-format.js'
import { type ElementEncoder, type Elements, elementEncoderOf, packBits } from './element-encoder.js'

/** Writes one column of a binary table. */
export interface ColumnWriter {
  readonly column: ColumnToWrite
  /** TFORMn. */
  readonly format: string
  /** The lengths TDIMn names, the fastest first; undefined where there is nothing to say. */
  readonly axes: readonly number[] | undefined
  /** TZEROn. */
  readonly zero: number | bigint | undefined
  /** Bytes of the field in a row. */
  readonly bytes: number
  /** How many rows the data are; undefined where rows without elements leave it open. */
  readonly rowCount: number | undefined
  /** The fields of rows, one after another. */
  encodeRows(from: number, to: number): Uint8Array
}

const PRINTABLE = /^[ -~]*$/

/**
 * The writer of a column whose rows all take the same room.
 *
 * @throws TypeError when its data cannot be written.
 */
export function fixedColumnWriter(column: ColumnToWrite): ColumnWriter {
  const { data, shape = [] } = column
  if (!Array.isArray(shape)) throw columnError(column, `${String(shape)} is no shape`)
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw columnError(column, `[${shape.join(', ')}] is no shape`)
  }
  if (isTextList(data)) return textWriter(column, data)
  return elementWriter(column, data as Elements, elementEncoderOf(column, data as Elements))
}

function elementWriter(column: ColumnToWrite, data: Elements, encoder: ElementEncoder): ColumnWriter {
  const { shape = [] } = column
  const repeat = shape.reduce((a, b) => a * b, 1)
  const perRow = repeat * encoder.entries
  return {
    column,
    format: `${repeat}${encoder.code}`,
    axes: shape.length > 1 && repeat > 0 ? [...shape].reverse() : undefined,
    zero: encoder.zero,
    bytes: encoder.bytesOf(repeat),
    rowCount: rowCountOf(column, data.length, perRow),
    encodeRows: (from, to) =>
      encoder.code === 'X'
        ? packBits(data, { from: from * perRow, rows: to - from, bits: perRow })
        : encoder.encode(data, from * perRow, to * perRow),
  }
}

function textWriter(column: ColumnToWrite, data: readonly string[]): ColumnWriter {
  const { shape = [] } = column
  checkTexts(column, data)
  const repeat = shape.reduce((a, b) => a * b, 1)
  const width = data.reduce((longest, text) => Math.max(longest, text.length), 1)
  return {
    column,
    format: `${width * repeat}A`,
    axes: shape.length > 0 && repeat > 0 ? [width, ...[...shape].reverse()] : undefined,
    zero: undefined,
    bytes: width * repeat,
    rowCount: rowCountOf(column, data.length, repeat),
    encodeRows: (from, to) => encodeTexts(data.slice(from * repeat, to * repeat), width),
  }
}

/** Each filled up with NUL, which ends a string. */
function encodeTexts(texts: readonly string[], width: number): Uint8Array {
  const bytes = Buffer.alloc(texts.length * width)
  for (const [i, text] of texts.entries()) bytes.write(text, i * width, 'latin1')
  return bytes
}

/** @throws TypeError for what FITS cannot hold, where nobody would miss it in time. */
export function checkTexts(column: ColumnToWrite, texts: readonly string[]): void {
  const row = texts.findIndex((text) => !PRINTABLE.test(text))
  if (row < 0) return
  throw columnError(
    column,
    `${JSON.stringify(texts[row]!.slice(0, 40))} is not printable ASCII, which is all that FITS has`,
  )
}

function rowCountOf(column: ColumnToWrite, length: number, perRow: number): number | undefined {
  if (perRow === 0) {
    if (length > 0) throw columnError(column, `its shape has no elements, but there are ${length}`)
    return undefined
  }
  if (length % perRow !== 0) throw columnError(column, `${length} values are no whole number of rows of ${perRow}`)
  return length / perRow
}

/** The cards of column `n`. */
export function columnCards(writer: ColumnWriter, n: number): Card[] {
  const { column, format, axes, zero } = writer
  const { name, unit, display } = column
  checkDescription(writer)
  const blank = storedNull(writer)
  const card = (keyword: string, value: string | number | bigint | undefined) =>
    value === undefined ? [] : [new Card(`${keyword}${n}`, value)]
  return [
    ...card('TTYPE', name),
    ...card('TFORM', format),
    ...card('TUNIT', unit),
    ...card('TNULL', blank),
    ...card('TSCAL', zero === undefined ? undefined : 1),
    ...card('TZERO', zero),
    ...card('TDISP', display),
    ...card('TDIM', axes && `(${axes.join(',')})`),
  ]
}

/** @throws TypeError for a unit or a display format that a reader could not make sense of. */
function checkDescription({ column, format }: ColumnWriter): void {
  const { unit = '', display = '' } = column
  if (typeof unit !== 'string') throw columnError(column, 'its unit is no string')
  if (typeof display === 'string' && isDisplayOf(display, format)) return
  throw columnError(column, `${JSON.stringify(display)} is no format to show it in, such as I8, F8.3 or A10`)
}

const NULL_BITS: Readonly<Record<string, number>> = { B: 8, I: 16, J: 32, K: 64 }

/** TNULLn: the integer as it is stored. */
function storedNull({ column, format, zero }: ColumnWriter): bigint | number | undefined {
  const { nullValue } = column
  if (nullValue === undefined) return undefined
  const code = /([BIJK])(?:\(\d+\))?$/.exec(format)?.[1]
  const bits = code === undefined ? undefined : NULL_BITS[code]
  if (bits === undefined || (typeof nullValue !== 'bigint' && !Number.isSafeInteger(nullValue))) {
    throw columnError(column, `${nullValue} cannot mean "no value": only integers have such a value; use NaN`)
  }
  const stored = BigInt(nullValue) - BigInt(zero ?? 0)
  const isInRange = bits === 8 ? BigInt.asUintN(8, stored) === stored : BigInt.asIntN(bits, stored) === stored
  if (!isInRange) throw columnError(column, `${nullValue} is no value that it can hold`)
  return bits === 64 ? stored : Number(stored)
}
