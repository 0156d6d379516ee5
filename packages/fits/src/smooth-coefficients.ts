import type { HLevel } from './h-transform.js'
import type { Coefficients } from './quadtree.js'

/**
 * Moves the differences of a level towards what its neighbours' sums suggest, so that blocks of a lossy compression do not show
 * (White 1992; `SMOOTH` of HCOMPRESS_1). Differences at the edges stay.
 *
 * @param most How far a difference may move.
 */
export function smoothCoefficients(level: HLevel, most: number): void {
  for (let row = 1; 2 * row < level.rows - 2; row++) smoothBetweenRows(level, row, most)
  for (let row = 0; 2 * row < level.rows; row++) smoothBetweenColumns(level, row, most)
  for (let row = 1; 2 * row < level.rows - 2; row++) smoothDiagonals(level, row, most)
}

function smoothBetweenRows({ all, stride, sums, halfRows, halfColumns }: HLevel, row: number, most: number): void {
  for (let i = 0; i < halfColumns; i++) {
    const at = row * halfColumns + i
    moveTowards(
      all,
      (halfRows + row) * stride + i,
      slope(sums[at - halfColumns]!, sums[at]!, sums[at + halfColumns]!),
      8,
      most,
    )
  }
}

function smoothBetweenColumns({ all, stride, sums, halfColumns, columns }: HLevel, row: number, most: number): void {
  for (let i = 1; 2 * i < columns - 2; i++) {
    const at = row * halfColumns + i
    moveTowards(all, row * stride + halfColumns + i, slope(sums[at - 1]!, sums[at]!, sums[at + 1]!), 8, most)
  }
}

/** Eight times the difference that fits the sums before and after; undefined where they are no slope, and nothing is to change. */
function slope(before: number, here: number, after: number): number | undefined {
  const [rise, rise2] = [after - here, here - before]
  const highest = Math.max(Math.min(rise, rise2), 0) * 4
  const lowest = Math.min(Math.max(rise, rise2), 0) * 4
  return lowest < highest ? Math.max(Math.min(after - before, highest), lowest) : undefined
}

function smoothDiagonals(level: HLevel, row: number, most: number): void {
  const { all, stride, halfRows, halfColumns, columns } = level
  for (let i = 1; 2 * i < columns - 2; i++) {
    const x = all[(halfRows + row) * stride + i]! * 2
    const y = all[row * stride + halfColumns + i]! * 2
    const wanted = curvature(level.sums, row * halfColumns + i, halfColumns, x, y)
    moveTowards(all, (halfRows + row) * stride + halfColumns + i, wanted, 64, most)
  }
}

/** 64 times the difference between diagonals that fits the four neighbours at the corners, given twice the slopes here. */
function curvature(sums: Coefficients, at: number, width: number, x: number, y: number): number | undefined {
  const here = sums[at]!
  const [mm, mp] = [sums[at - width - 1]!, sums[at - width + 1]!]
  const [pm, pp] = [sums[at + width - 1]!, sums[at + width + 1]!]
  const highest =
    Math.min(
      Math.max(pp - here, 0) - x - y,
      Math.max(here - pm, 0) + x - y,
      Math.max(here - mp, 0) - x + y,
      Math.max(mm - here, 0) + x + y,
    ) * 16
  const lowest =
    Math.max(
      Math.min(pp - here, 0) - x - y,
      Math.min(here - pm, 0) + x - y,
      Math.min(here - mp, 0) - x + y,
      Math.min(mm - here, 0) + x + y,
    ) * 16
  return lowest < highest ? Math.max(Math.min(pp + mm - mp - pm, highest), lowest) : undefined
}

/** Moves a coefficient towards `wanted / scale`, rounding towards zero, but not farther than `most`. */
function moveTowards(all: Coefficients, at: number, wanted: number | undefined, scale: number, most: number): void {
  if (wanted === undefined) return
  const step = Math.trunc((wanted - all[at]! * scale) / scale)
  all[at] = all[at]! + Math.max(Math.min(step, most), -most)
}
