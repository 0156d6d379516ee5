import type { Samples } from './pixel-scale.js'

/** The source pixels that one target pixel covers, at least one, when `from` pixels become `into`. */
export function spanOf(at: number, from: number, into: number): [start: number, end: number] {
  const start = Math.floor((at * from) / into)
  return [start, Math.max(start + 1, Math.floor(((at + 1) * from) / into))]
}

/** Fills a row of a smaller picture with averages, from the sums of the columns of `rows` rows. */
export function averageSums(sums: ArrayLike<number>, width: number, rows: number, into: Uint8Array): void {
  for (let x = 0; x < into.length; x++) {
    const [left, right] = spanOf(x, width, into.length)
    let sum = 0
    for (let column = left; column < right; column++) sum += sums[column]!
    into[x] = Math.round(sum / ((right - left) * rows))
  }
}

/** Has each row of values become a row of levels, the last one the first. */
export function turnRows(
  values: Samples,
  width: number,
  into: Uint8Array,
  become: (row: Samples, levels: Uint8Array) => void,
): void {
  for (let at = 0; at < values.length; at += width) {
    const end = values.length - at
    become(values.subarray(at, at + width), into.subarray(end - width, end))
  }
}
