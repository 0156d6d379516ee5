/**
 * The value that would be at this place, were the values sorted; they are left in another order. None is NaN.
 *
 * Source: C. A. R. Hoare 1961, Communications of the ACM 4, 321 (algorithm 65).
 */
export function selectKth(values: Float64Array, place: number): number {
  let [low, high] = [0, values.length - 1]
  while (low < high) {
    const pivot = values[(low + high) >> 1]!
    let [i, j] = [low, high]
    while (i <= j) {
      while (values[i]! < pivot) i++
      while (values[j]! > pivot) j--
      if (i > j) break
      const value = values[i]!
      values[i++] = values[j]!
      values[j--] = value
    }
    if (place <= j) high = j
    else if (place >= i) low = i
    else break
  }
  return values[place]!
}
