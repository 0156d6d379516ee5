import { breathe } from './breathe.js'
import type { Pixels } from './pixels.js'

/** The side of a cell of the mesh, in pixels, about. */
const CELL = 64

/** Pixels of a cell that are looked at, at most. */
const SAMPLES = 512

/** Pixels of a cell that must hold values. */
const FEWEST = 16

const CLIP_SIGMA = 3
const CLIP_ROUNDS = 10

/** One value for each cell of a mesh over an image. */
export interface Mesh {
  readonly columns: number
  readonly rows: number
  /** The image that it lies over. */
  readonly width: number
  readonly height: number
  /** Row after row of cells. */
  readonly values: Float64Array
}

/** What an image shows where there are no stars. */
export interface Sky {
  /** The brightness. */
  readonly level: Mesh
  /** The standard deviation of the noise of a pixel. */
  readonly noise: Mesh
}

/**
 * The sky of an image: its brightness and noise in a mesh of cells, each from values without outliers.
 *
 * Source: E. Bertin, S. Arnouts 1996, A&AS 117, 393, section 3: clipping about the median until nothing is left to clip, the mode as
 * 2.5 median - 1.5 mean unless the cell is crowded, and a median over neighbouring cells against bright stars.
 *
 * @returns undefined when the image holds too few values
 * @throws DATALAB_ABORTED once the signal is aborted.
 */
export async function measureSky(pixels: Pixels, signal?: AbortSignal): Promise<Sky | undefined> {
  const columns = Math.max(1, Math.round(pixels.width / CELL))
  const rows = Math.max(1, Math.round(pixels.height / CELL))
  const levels = new Float64Array(columns * rows).fill(Number.NaN)
  const noises = new Float64Array(columns * rows).fill(Number.NaN)
  const samples = new Float64Array(SAMPLES * 4)
  for (let cell = 0; cell < levels.length; cell++) {
    const place = { columns, rows, column: cell % columns, row: Math.floor(cell / columns) }
    if (place.column === 0) await breathe(signal)
    const count = takeSamples(pixels, place, samples)
    if (count < FEWEST) continue
    const { level, noise } = clipped(samples.subarray(0, count).sort())
    levels[cell] = level
    noises[cell] = noise
  }
  const shape = { columns, rows, width: pixels.width, height: pixels.height }
  const level = smoothed({ ...shape, values: levels })
  const noise = smoothed({ ...shape, values: noises })
  return level === undefined || noise === undefined ? undefined : { level, noise }
}

interface Cell {
  readonly columns: number
  readonly rows: number
  readonly column: number
  readonly row: number
}

/** Fills `samples` with values of a cell, taken evenly; returns how many. */
function takeSamples({ data, width, height }: Pixels, cell: Cell, samples: Float64Array): number {
  const [left, right] = spanOf(cell.column, cell.columns, width)
  const [bottom, top] = spanOf(cell.row, cell.rows, height)
  // Odd, so that rows of an even length do not give the same columns again and again.
  const step = Math.floor(((right - left) * (top - bottom)) / SAMPLES) | 1
  let count = 0
  for (let y = bottom, at = 0; y < top; y++) {
    for (; at < right - left && count < samples.length; at += step) {
      const value = data[y * width + left + at] as number
      if (Number.isFinite(value)) samples[count++] = value
    }
    at -= right - left
  }
  return count
}

function spanOf(index: number, count: number, length: number): [start: number, end: number] {
  return [Math.floor((index * length) / count), Math.floor(((index + 1) * length) / count)]
}

/** The level and noise of sorted values, without those far from their median. */
function clipped(sorted: Float64Array): { level: number; noise: number } {
  let values = sorted
  for (let round = 0; ; round++) {
    const { mean, deviation } = momentsOf(values)
    const median = medianOfSorted(values)
    const kept = between(values, median - CLIP_SIGMA * deviation, median + CLIP_SIGMA * deviation)
    if (kept.length === values.length || kept.length < FEWEST || round === CLIP_ROUNDS) {
      const isCrowded = Math.abs(mean - median) > 0.3 * deviation
      return { level: isCrowded ? median : 2.5 * median - 1.5 * mean, noise: deviation }
    }
    values = kept
  }
}

/** The part of sorted values from `low` to `high`. */
function between(sorted: Float64Array, low: number, high: number): Float64Array {
  let [from, to] = [0, sorted.length]
  while (from < to && (sorted[from] as number) < low) from++
  while (to > from && (sorted[to - 1] as number) > high) to--
  return sorted.subarray(from, to)
}

function momentsOf(values: Float64Array): { mean: number; deviation: number } {
  let sum = 0
  for (const value of values) sum += value
  const mean = sum / values.length
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2
  return { mean, deviation: Math.sqrt(squares / values.length) }
}

function medianOfSorted(values: Float64Array): number {
  const half = values.length >> 1
  return values.length % 2 === 1
    ? (values[half] as number)
    : ((values[half - 1] as number) + (values[half] as number)) / 2
}

/** Each cell the median of itself and the cells around it; those without a value get that of the whole mesh. */
function smoothed(mesh: Mesh): Mesh | undefined {
  const known = mesh.values.filter((value) => !Number.isNaN(value)).sort()
  if (known.length === 0) return undefined
  const overall = medianOfSorted(known)
  const values = mesh.values.map((_, cell) => {
    const around = neighbours(mesh, cell).sort()
    return around.length === 0 ? overall : medianOfSorted(around)
  })
  return { ...mesh, values }
}

/** The values of a cell and those around it: as many on either side, so that where the sky has a slope their median is that of the middle. */
function neighbours({ columns, rows, values }: Mesh, cell: number): Float64Array {
  const [column, row] = [cell % columns, Math.floor(cell / columns)]
  const [across, up] = [isInner(column, columns) ? 1 : 0, isInner(row, rows) ? 1 : 0]
  const found: number[] = []
  for (let y = row - up; y <= row + up; y++)
    for (let x = column - across; x <= column + across; x++) {
      const value = values[y * columns + x] as number
      if (!Number.isNaN(value)) found.push(value)
    }
  return Float64Array.from(found)
}

function isInner(index: number, count: number): boolean {
  return index > 0 && index < count - 1
}

/** The mesh at a place, linear between the middles of its cells. */
export function meshAt(mesh: Mesh, x: number, y: number): number {
  const value = new Float64Array(1)
  fillFromMesh(mesh, x, y, value)
  return value[0] as number
}

/** Fills `into` with the mesh at the pixels of a row from `left` on. */
export function fillFromMesh(mesh: Mesh, left: number, y: number, into: Float64Array): void {
  const line = lineOf(mesh, y)
  const last = mesh.columns - 1
  const cells = mesh.columns / mesh.width
  for (let at = 0; at < into.length; at++) {
    const place = Math.min(Math.max((left + at + 0.5) * cells - 0.5, 0), last)
    const index = Math.trunc(place)
    const low = line[index] as number
    into[at] = low + (place - index) * ((line[index + 1] as number) - low)
  }
}

/** The mesh at the middles of its columns, in a row of pixels; the last value twice. */
function lineOf({ columns, rows, height, values }: Mesh, y: number): Float64Array {
  const place = Math.min(Math.max(((y + 0.5) * rows) / height - 0.5, 0), rows - 1)
  const below = Math.trunc(place)
  const above = Math.min(below + 1, rows - 1)
  const line = new Float64Array(columns + 1)
  for (let column = 0; column < columns; column++) {
    const low = values[below * columns + column] as number
    line[column] = low + (place - below) * ((values[above * columns + column] as number) - low)
  }
  line[columns] = line[columns - 1] as number
  return line
}
