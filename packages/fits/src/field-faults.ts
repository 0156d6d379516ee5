import { AsciiTable } from './ascii-table.js'
import { BinaryTable } from './binary-table.js'
import type { Finding } from './header-faults.js'
import type { ReadOptions } from './image-hdu.js'
import type { ColumnInfo } from './table-column-info.js'
import { type ElementCode, elementBytes } from './table-columns.js'
import type { TableHdu } from './table-hdu.js'
import { type DecodedColumn, isCells } from './table-values.js'

/** What may stand in a logical column: T, F, and 0 for no value. */
const LOGICALS = new Set([0x54, 0x46, 0])

/** What is wrong with stored fields, where something is. */
type Check = (fields: DecodedColumn) => string | undefined

/**
 * What is wrong with the fields of columns that reading forgives: logicals that are none of T, F and 0, bits behind the last one, cells
 * longer than TFORMn allows, and reals of an ASCII table without a decimal point.
 */
export async function* fieldFaults(
  table: TableHdu,
  infos: readonly ColumnInfo[],
  { signal }: ReadOptions,
): AsyncGenerator<Finding, void> {
  const checks = infos.flatMap((info) => checksOf(table, info).map((check) => ({ place: info.number - 1, check })))
  const found = new Map<Check, string>()
  if (checks.length === 0 || !(table instanceof BinaryTable || table instanceof AsciiTable)) return
  const places = checks.map(({ place }) => place)
  const blocks = table.asStored().blocks(places, signal ? { signal } : {}, { isForgotten: true })
  for await (const { decoded } of blocks) {
    for (const [i, { check }] of checks.entries()) {
      const fault = found.has(check) ? undefined : check(decoded[i]!)
      if (fault !== undefined) found.set(check, fault)
    }
  }
  // The point stands before the last digits then, as TFORMn says.
  const level = table instanceof AsciiTable ? 'warning' : 'error'
  for (const message of found.values()) yield { level, message }
}

function checksOf(table: TableHdu, info: ColumnInfo): Check[] {
  if (table instanceof AsciiTable) return info.kind === 'float' && !/^\s*I/.test(info.format) ? [pointCheck(info)] : []
  if (!(table instanceof BinaryTable)) return []
  return [
    ...(info.isVariable ? lengthChecks(info) : []),
    ...(info.kind === 'logical' ? [logicalCheck(info)] : []),
    ...(info.kind === 'bit' && !info.isVariable ? bitChecks(info) : []),
  ]
}

function logicalCheck({ key }: ColumnInfo): Check {
  const isWrong = (bytes: Uint8Array) => bytes.some((byte) => !LOGICALS.has(byte))
  const message = `column ${key} holds logicals that are none of T, F and 0`
  return (fields) => (bytesIn(fields).some(isWrong) ? message : undefined)
}

/** Rows begin with a byte of their own; what is behind their last bit is 0. */
function bitChecks({ key, repeat }: ColumnInfo): Check[] {
  const rowBytes = Math.ceil(repeat / 8)
  const rest = 0xff >> (repeat % 8)
  if (repeat % 8 === 0) return []
  return [
    (fields) => {
      const [bytes] = bytesIn(fields)
      for (let at = rowBytes - 1; at < bytes!.length; at += rowBytes) {
        if (bytes![at]! & rest) return `column ${key} has bits behind the last of a row`
      }
      return undefined
    },
  ]
}

/** The most elements that TFORMn announces, where it does. */
function lengthChecks({ key, format }: ColumnInfo): Check[] {
  const [, letter, most] = /^\s*\d*[PQ]([LXBIJKAEDCM])\((\d+)\)/.exec(format) ?? []
  if (most === undefined) return []
  const bytes = letter === 'X' ? Math.ceil(Number(most) / 8) : Number(most) * elementBytes(letter as ElementCode)
  const message = `column ${key} has cells of more elements than the ${most} that TFORMn announces`
  return [(fields) => (bytesIn(fields).some(({ length }) => length > bytes) ? message : undefined)]
}

function pointCheck({ key }: ColumnInfo): Check {
  const message = `column ${key} holds reals without a decimal point`
  return (fields) => {
    if (isCells(fields)) return undefined
    const isWrong = (text: string) => /^\s*[+-]?\d+\s*$/.test(text)
    return (fields.values as string[]).some(isWrong) ? message : undefined
  }
}

/** The stored bytes of all fields, or of each cell. */
function bytesIn(fields: DecodedColumn): Uint8Array[] {
  return (isCells(fields) ? fields.cells : [fields]).map(({ values }) => values as Uint8Array)
}
