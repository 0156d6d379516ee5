import type { ElementForm } from './decode-elements.js'
import type { Header } from './header.js'
import { type ColumnInfo, columnInfoOf, dimensionsOf, kindOfElements } from './table-column-info.js'
import { columnsOf, type ElementCode, elementBytes, type TableColumn } from './table-columns.js'
import { binaryScaleOf, type ColumnScale, signZero } from './table-scale.js'

/** A column of a binary table: what is said of it, where it lies, and how its elements are stored. */
export interface BinaryColumn {
  readonly info: ColumnInfo
  readonly field: TableColumn
  /** Bytes of the field that hold its elements: fewer than it has where TDIMn names fewer elements than TFORMn. */
  readonly usedBytes: number
  readonly form: ElementForm
}

const INTEGERS = 'BIJK'

/**
 * The columns of a binary table (FITS 4.0, section 7.3).
 *
 * @throws FITS_INVALID when a mandatory keyword is missing or malformed, or the columns do not fill a row.
 */
export function binaryColumnsOf(header: Header): BinaryColumn[] {
  const taken = new Set<string>()
  return columnsOf(header).map((field, index) => columnOf(header, index + 1, field, taken))
}

function columnOf(header: Header, n: number, field: TableColumn, taken: Set<string>): BinaryColumn {
  const code = field.heapCode ?? field.code
  const scale = binaryScaleOf(header, n, code)
  const blank = blankOf(header, n, code)
  const isVariable = field.heapCode !== undefined
  const axes = axesOf(header, n, field)
  const textWidth = axes.textWidth ?? field.repeat
  const repeat = isVariable || field.bytes === 0 ? 0 : axes.count
  const info = columnInfoOf(
    header,
    n,
    {
      kind: kindOfElements(code, scale),
      repeat,
      shape: axes.shape,
      isVariable,
      nullValue: scale.linear ? undefined : shownBlank(blank, code, scale),
    },
    taken,
  )
  const usedBytes = isVariable ? field.bytes : bytesOf(code, code === 'A' ? repeat * textWidth : repeat)
  return { info, field, usedBytes, form: { code, scale, blank, textWidth } }
}

function bytesOf(code: ElementCode, elements: number): number {
  return code === 'X' ? Math.ceil(elements / 8) : elements * elementBytes(code)
}

/** TNULLn as it is stored; only integers have one. */
function blankOf(header: Header, n: number, code: ElementCode): number | bigint | undefined {
  const value = header.get(`TNULL${n}`)
  if (!INTEGERS.includes(code)) return undefined
  return typeof value === 'bigint' || Number.isSafeInteger(value) ? (value as number | bigint) : undefined
}

/** The stored integer as the column's values have it. */
function shownBlank(blank: number | bigint | undefined, code: string, scale: ColumnScale): number | bigint | undefined {
  if (blank === undefined) return undefined
  const shown = BigInt(blank) + (scale.isOffset ? signZero(code) : 0n)
  return code === 'K' ? shown : Number(shown)
}

interface Axes {
  /** The slowest first. */
  readonly shape: readonly number[]
  /** Elements in a row; strings where the column holds text. */
  readonly count: number
  /** Bytes of one string, where a row holds several. */
  readonly textWidth?: number
}

function axesOf(header: Header, n: number, { code, repeat, heapCode }: TableColumn): Axes {
  if (heapCode !== undefined) return { shape: [], count: 0 }
  const axes = dimensionsOf(header, n, repeat)
  if (code === 'A') {
    const width = axes?.[0] ?? substringWidth(header.getString(`TFORM${n}`) ?? '', repeat)
    if (width === undefined) return { shape: [], count: 1 }
    const shape = axes ? axes.slice(1).reverse() : [repeat / width]
    return { shape, count: shape.reduce((a, b) => a * b, 1), textWidth: width }
  }
  if (axes) return { shape: axes.reverse(), count: axes.reduce((a, b) => a * b, 1) }
  return { shape: repeat === 1 ? [] : [repeat], count: repeat }
}

/** The width of the strings in a row of the format `rAw`; undefined where it does not divide the row evenly. */
function substringWidth(format: string, repeat: number): number | undefined {
  const width = Number(/^\s*\d+A(\d+)\s*$/.exec(format)?.[1] ?? 0)
  return width > 0 && width < repeat && repeat % width === 0 ? width : undefined
}
