/** A plain HCOMPRESS encoder, after White 1992: bits as text, quadtrees as nested lists of levels. */

const CODES = [
  '111110',
  '000',
  '001',
  '1000',
  '010',
  '1001',
  '11010',
  '11011',
  '011',
  '11100',
  '1010',
  '11101',
  '1011',
  '11110',
  '111111',
  '1100',
] // prettier-ignore

interface Size {
  readonly rows: number
  readonly columns: number
}

export interface HcompressOptions extends Size {
  /** What coefficients are divided by; 1 keeps every bit. */
  readonly scale?: number
  /** Whether bit planes are written as they are, not as quadtrees. */
  readonly isDirect?: boolean
}

/** The compressed bytes of an image of integers. */
export function encodeHcompress(values: ArrayLike<number>, options: HcompressOptions): Uint8Array {
  const { rows, columns, scale = 1, isDirect = false } = options
  const coefficients = transform(values, { rows, columns }).map((value) => digitize(value, scale))
  const sum = coefficients[0]!
  coefficients[0] = 0
  const quadrants = quadrantsOf({ rows, columns })
  const planesOf = (...which: number[]) => {
    const largest = Math.max(0, ...which.flatMap((q) => pick(coefficients, columns, quadrants[q]!)).map(Math.abs))
    return largest === 0 ? 0 : Math.floor(Math.log2(largest)) + 1
  }
  const planes = [planesOf(0), planesOf(1, 2), planesOf(3)]
  const header = new DataView(new ArrayBuffer(25))
  header.setUint16(0, 0xdd99)
  header.setInt32(2, rows)
  header.setInt32(6, columns)
  header.setInt32(10, scale)
  header.setBigInt64(14, BigInt(sum))
  for (const [i, count] of planes.entries()) header.setUint8(22 + i, count)
  const bits = quadrants.map((quadrant, q) => {
    const magnitudes = pick(coefficients, columns, quadrant).map(Math.abs)
    return encodePlanes(magnitudes, quadrant, planes[q === 0 ? 0 : q === 3 ? 2 : 1]!, isDirect)
  })
  const signs = coefficients.filter((value) => value !== 0).map((value) => (value < 0 ? '1' : '0'))
  return new Uint8Array(
    Buffer.concat([new Uint8Array(header.buffer), pack(`${bits.join('')}0000`), pack(signs.join(''))]),
  )
}

/** Sums and differences, quadrants within quadrants. */
function transform(values: ArrayLike<number>, { rows, columns }: Size): number[] {
  const all = new Array<number>(rows * columns).fill(0)
  let sums = Array.from(values)
  let size: Size = { rows, columns }
  for (let level = 0; size.rows > 1 || size.columns > 1; level++) {
    const half = { rows: Math.ceil(size.rows / 2), columns: Math.ceil(size.columns / 2) }
    const next = new Array<number>(half.rows * half.columns).fill(0)
    for (let i = 0; i < half.rows; i++) {
      for (let j = 0; j < half.columns; j++) {
        const at = (di: number, dj: number) => {
          const [row, column] = [2 * i + di, 2 * j + dj]
          return row < size.rows && column < size.columns ? sums[row * size.columns + column]! : undefined
        }
        const { sum, x, y, d } = reduce(at(0, 0)!, at(0, 1), at(1, 0), at(1, 1), level)
        next[i * half.columns + j] = sum
        if (x !== undefined) all[(half.rows + i) * columns + j] = x
        if (y !== undefined) all[i * columns + half.columns + j] = y
        if (d !== undefined) all[(half.rows + i) * columns + half.columns + j] = d
      }
    }
    sums = next
    size = half
  }
  all[0] = sums[0]!
  return all
}

/** One block of up to 2 x 2 values: missing ones are beyond the edge. */
function reduce(
  a: number,
  right: number | undefined,
  below: number | undefined,
  both: number | undefined,
  level: number,
) {
  const unit = 2 ** (level + 1)
  const factor = level === 0 ? 1 : 0.5
  const single = (value: number) => Math.floor((value + (value >= 0 ? unit / 2 : 0)) / unit) * unit
  const total = (value: number) => Math.floor((value + (value >= 0 ? unit : unit - 1)) / (2 * unit)) * 2 * unit
  if (right !== undefined && below !== undefined && both !== undefined) {
    return {
      sum: total(Math.floor((both + below + right + a) * factor)),
      x: single(Math.floor((both + below - right - a) * factor)),
      y: single(Math.floor((both - below + right - a) * factor)),
      d: Math.floor((both - below - right + a) * factor),
    }
  }
  if (below !== undefined) return { sum: total((below + a) * 2 * factor), x: single((below - a) * 2 * factor) }
  if (right !== undefined) return { sum: total((right + a) * 2 * factor), y: single((right - a) * 2 * factor) }
  return { sum: total(a * 4 * factor) }
}

function digitize(value: number, scale: number): number {
  if (scale <= 1) return value
  const half = Math.floor((scale + 1) / 2) - 1
  return Math.trunc((value > 0 ? value + half : value - half) / scale)
}

function quadrantsOf({ rows, columns }: Size): (Size & { readonly top: number; readonly left: number })[] {
  const [upper, left] = [Math.ceil(rows / 2), Math.ceil(columns / 2)]
  return [
    { top: 0, left: 0, rows: upper, columns: left },
    { top: 0, left, rows: upper, columns: columns - left },
    { top: upper, left: 0, rows: rows - upper, columns: left },
    { top: upper, left, rows: rows - upper, columns: columns - left },
  ]
}

function pick(
  all: readonly number[],
  stride: number,
  box: Size & { readonly top: number; readonly left: number },
): number[] {
  return Array.from({ length: box.rows }, (_, i) => {
    const start = (box.top + i) * stride + box.left
    return all.slice(start, start + box.columns)
  }).flat()
}

function encodePlanes(magnitudes: readonly number[], size: Size, planes: number, isDirect: boolean): string {
  let bits = ''
  for (let plane = planes - 1; plane >= 0; plane--) {
    const set = magnitudes.map((value) => Math.floor(value / 2 ** plane) % 2)
    const codes = join(set, size)
    bits += isDirect
      ? `0000${codes.values.map((code) => code.toString(2).padStart(4, '0')).join('')}`
      : `1111${encodeTree(codes)}`
  }
  return bits
}

interface Codes extends Size {
  readonly values: readonly number[]
}

/** Four bits together, upper left first. */
function join(set: readonly number[], { rows, columns }: Size): Codes {
  const [halfRows, halfColumns] = [Math.ceil(rows / 2), Math.ceil(columns / 2)]
  const values = Array.from({ length: halfRows * halfColumns }, (_, k) => {
    const [i, j] = [2 * Math.floor(k / halfColumns), 2 * (k % halfColumns)]
    const bit = (row: number, column: number) => (row < rows && column < columns ? set[row * columns + column]! : 0)
    return bit(i, j) * 8 + bit(i, j + 1) * 4 + bit(i + 1, j) * 2 + bit(i + 1, j + 1)
  })
  return { rows: halfRows, columns: halfColumns, values }
}

function encodeTree(codes: Codes): string {
  const levels = [codes]
  while (levels[0]!.rows > 1 || levels[0]!.columns > 1) {
    levels.unshift(
      join(
        levels[0]!.values.map((code) => (code === 0 ? 0 : 1)),
        levels[0]!,
      ),
    )
  }
  let bits = CODES[levels[0]!.values[0] ?? 0]!
  for (const level of levels.slice(1)) {
    for (const code of [...level.values].reverse()) if (code !== 0) bits += CODES[code]
  }
  return bits
}

function pack(bits: string): Uint8Array {
  return Uint8Array.from(bits.match(/.{1,8}/g) ?? [], (byte) => Number.parseInt(byte.padEnd(8, '0'), 2))
}
