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
