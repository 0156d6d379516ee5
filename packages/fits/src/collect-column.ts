import type { PixelArray } from './encode-samples.js'
import { unsupported } from './errors.js'
import type { ColumnInfo } from './table-column-info.js'
import { type ColumnValues, type DecodedColumn, type DecodedElements, isCells, withNaN } from './table-values.js'

/** The most values that are held in one array. */
const MAX_VALUES = 2 ** 31

/** Which of all rows a part holds. */
interface Part {
  readonly first: number
  readonly count: number
  readonly total: number
}

/** Puts the decoded parts of a column together. */
export interface ValueCollector<Values> {
  readonly values: Values
  add(decoded: DecodedColumn, part: Part): void
}

/** The values of a column as `TableHdu.column` gives them. */
export class ColumnCollector implements ValueCollector<ColumnValues> {
  values: ColumnValues = []
  #isEmpty = true

  constructor(private readonly info: ColumnInfo) {}

  add(decoded: DecodedColumn, part: Part): void {
    if (isCells(decoded)) {
      for (const cell of decoded.cells) (this.values as PixelArray[]).push(withNaN(cell) as PixelArray)
      return
    }
    const values = withNaN(decoded)
    if (Array.isArray(values)) {
      for (const value of values) (this.values as string[]).push(value)
      return
    }
    if (part.count === part.total) this.values = values
    else this.#set(values, part)
  }

  #set(values: PixelArray, { first, count, total }: Part): void {
    const perRow = values.length / count
    if (this.#isEmpty) this.values = allocate(values, perRow * total, this.info)
    this.#isEmpty = false
    // Both are of one type, which the compiler does not know.
    ;(this.values as Float64Array).set(values as Float64Array, perRow * first)
  }
}

/** The values of a column as `TableHdu.numbers` gives them. */
export class NumberCollector implements ValueCollector<Float64Array<ArrayBuffer>> {
  values = new Float64Array(0)
  #isEmpty = true

  constructor(private readonly info: ColumnInfo) {}

  add(decoded: DecodedColumn, { first, count, total }: Part): void {
    const { values, nulls } = decoded as DecodedElements
    const perRow = count === 0 ? 0 : values.length / count
    if (this.#isEmpty)
      this.values = allocate(new Float64Array(0), perRow * total, this.info) as Float64Array<ArrayBuffer>
    this.#isEmpty = false
    const into = this.values.subarray(first * perRow, (first + count) * perRow)
    if (values instanceof BigInt64Array || values instanceof BigUint64Array)
      setExact({ values, nulls }, into, this.info)
    else into.set(values as Float64Array)
    nulls?.forEach((isNull, i) => {
      if (isNull) into[i] = Number.NaN
    })
  }
}

function allocate(like: PixelArray, length: number, { key }: ColumnInfo): PixelArray {
  if (length > MAX_VALUES) {
    throw unsupported(`column ${key} has ${length} values, more than are read at once; read a range of rows`, {
      column: key,
    })
  }
  return new (like.constructor as new (length: number) => PixelArray)(length)
}

/** Elements of 64 bits. */
interface LongElements {
  readonly values: BigInt64Array | BigUint64Array
  readonly nulls: Uint8Array | undefined
}

/** What is no value need be no float64. */
function setExact({ values, nulls }: LongElements, into: Float64Array, { key }: ColumnInfo): void {
  for (let i = 0; i < values.length; i++) {
    if (nulls?.[i]) continue
    const number = Number(values[i]!)
    if (BigInt(number) !== values[i]) {
      throw unsupported(`column ${key} holds ${values[i]}, which no float64 is; read it as 64-bit integers`, {
        column: key,
      })
    }
    into[i] = number
  }
}
