import type { Progress } from '@datalab/core'
import { bandsOfRows, type Frame, type PixelPlace, type Samples, type SampleType, type TangentWcs } from '@datalab/fits'
import { PixelLattice, skyMap } from './pixel-lattice.js'
import type { ResultGrid, SkyFrame } from './result-grid.js'
import { type Strip, shareRow } from './share-row.js'
import type { Sums } from './sums.js'

/** Reading takes as little memory as that of so many images together does elsewhere. */
const SHARE = 8

/** Memory into which rows are read, again and again: what thousands of readings leave behind is cleared up late. */
export class RowRoom {
  #float32 = new Float32Array(0)
  #float64 = new Float64Array(0)

  /** Room for so many values, which may hold anything. */
  of(type: SampleType, length: number): Samples {
    if (type === 'float32') {
      if (this.#float32.length < length) this.#float32 = new Float32Array(length)
      return this.#float32
    }
    if (this.#float64.length < length) this.#float64 = new Float64Array(length)
    return this.#float64
  }
}

/**
 * Adds the rows of a frame that a strip of the result has, pixel by pixel, to the strip's sums.
 *
 * @returns whether there was any value
 */
export async function addFrame(
  frame: Frame,
  strip: Strip,
  sums: Sums,
  progress: Progress,
  room = new RowRoom(),
): Promise<boolean> {
  const { width } = strip
  let hasValues = false
  await progress.map(bandsOfRows({ width, height: strip.to - strip.from }, SHARE), async ({ from, to }) => {
    const into = room.of(frame.sampleType, (to - from) * width)
    const values = await frame.readRows(strip.from + from, strip.from + to, into)
    if (sums.add(values, from * width)) hasValues = true
  })
  return hasValues
}

/** Where the pixels of an image are in the result, by the world coordinates of both. */
export function latticeOf(frame: SkyFrame, first: TangentWcs, { left, bottom }: ResultGrid): PixelLattice {
  const toFirst = frame.wcs === first ? (place: PixelPlace) => place : skyMap(frame.wcs, first)
  return new PixelLattice(frame, (place) => {
    // Beyond the plane of the first image, a pixel is in none of the result's.
    const { x, y } = toFirst(place) ?? { x: Number.NaN, y: Number.NaN }
    return { x: x + left, y: y + bottom }
  })
}

/** Whether any of an image is in a strip of the result. */
export function reaches(lattice: PixelLattice, strip: Strip): boolean {
  return lattice.rows.some(({ low, high }) => high > strip.from && low < strip.to)
}

/**
 * Shares out those rows of a frame that a strip of the result covers among the strip's pixels.
 *
 * @returns whether there was any value
 */
export async function layFrame(
  frame: Frame,
  lattice: PixelLattice,
  strip: Strip,
  sums: Sums,
  progress: Progress,
): Promise<boolean> {
  const rows = lattice.rows.filter(({ low, high }) => high > strip.from && low < strip.to)
  let [below, above] = [lattice.line(), lattice.line()]
  let hasValues = false
  await progress.map(rows, async ({ from, to }) => {
    const values = await frame.readRows(from, to)
    lattice.fill(below, from)
    for (let row = from; row < to; row++) {
      lattice.fill(above, row + 1)
      if (shareRow(rowOf(values, row - from, frame.width), below, above, strip, sums)) hasValues = true
      ;[below, above] = [above, below]
    }
  })
  return hasValues
}

function rowOf(values: Samples, row: number, width: number): Samples {
  return values.subarray(row * width, (row + 1) * width)
}
