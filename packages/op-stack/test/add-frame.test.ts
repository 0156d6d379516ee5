import { Progress } from '@datalab/core'
import { type Frame, readWcs, type Samples, type TangentWcs } from '@datalab/fits'
import { expect, test } from 'vitest'
import { addFrame, latticeOf, layFrame, reaches } from '../src/add-frame.js'
import { type ResultGrid, resultGrid, type SkyFrame } from '../src/result-grid.js'
import type { Strip } from '../src/share-row.js'
import { stripsOf } from '../src/strips.js'
import { Sums } from '../src/sums.js'
import { fixture } from './fields.js'

const progress = () => new Progress(() => {}, new AbortController().signal)

async function fieldOf(name: string): Promise<SkyFrame & Frame> {
  const { data, width, height, header } = await fixture(`field-${name}`)
  const readRows = async (from: number, to: number) => data.slice(from * width, to * width) as Samples
  const wcs = readWcs(header) as TangentWcs
  const sampleType = data instanceof Float32Array ? 'float32' : 'float64'
  return { label: name, width, height, header, sampleType, wcs, readRows, close: async () => {} }
}

/** What becomes of a frame, in strips of so many rows. */
async function inStrips(grid: ResultGrid, rows: number, add: (strip: Strip, sums: Sums) => Promise<boolean>) {
  const { width, height } = grid
  const result = new Float64Array(width * height)
  const sums = new Sums(rows * width)
  let hasValues = false
  for (let from = 0; from < height; from += rows) {
    const strip = { from, to: Math.min(height, from + rows), width }
    if (await add(strip, sums)) hasValues = true
    sums.take(result.subarray(from * width, strip.to * width), 'sum')
  }
  expect(hasValues).toBe(true)
  return result
}

test.each(['sub-pixel', 'turned', 'sip'])('%s, laid strip by strip, is what it is as a whole', async (name) => {
  const [first, frame] = await Promise.all(['shifted', name].map(fieldOf))
  const grid = resultGrid([first!, frame!])
  const lattice = latticeOf(frame!, first!.wcs, grid)
  const lay = (strip: Strip, sums: Sums) =>
    reaches(lattice, strip) ? layFrame(frame!, lattice, strip, sums, progress()) : Promise.resolve(false)
  const whole = await inStrips(grid, grid.height, lay)
  expect(await inStrips(grid, 7, lay)).toEqual(whole)
  expect(await inStrips(grid, 1, lay)).toEqual(whole)
})

test('rows are added strip by strip as they are as a whole', async () => {
  const frame = await fieldOf('turned')
  const grid = { width: frame.width, height: frame.height, left: 0, bottom: 0 }
  const add = (strip: Strip, sums: Sums) => addFrame(frame, strip, sums, progress())
  expect([...(await inStrips(grid, 9, add))]).toEqual([...(await frame.readRows(0, frame.height))])
})

test.each(['turned', 'sip'])(
  'between its places, a lattice of %s is right to a few thousandths of a pixel',
  async (name) => {
    const [first, frame] = await Promise.all(['shifted', name].map(fieldOf))
    const grid = resultGrid([first!, frame!])
    const lattice = latticeOf(frame!, first!.wcs, grid)
    const line = lattice.line()
    for (const row of [0, 7, 16, 33, frame!.height]) {
      lattice.fill(line, row)
      for (const column of [0, 5, 24, frame!.width]) {
        const { lon, lat } = frame!.wcs.pixelToSky(column - 0.5, row - 0.5)
        const place = first!.wcs.skyToPixel(lon, lat)!
        expect(line.x[column]! - 0.5 - grid.left).toBeCloseTo(place.x, 2)
        expect(line.y[column]! - 0.5 - grid.bottom).toBeCloseTo(place.y, 2)
      }
    }
  },
)

test('strips have all rows, and sums that fit into memory', () => {
  const bytes = 64 * 2 ** 20
  expect(stripsOf({ width: 100, height: 80 }, bytes)).toEqual([{ from: 0, to: 80, width: 100 }])
  const strips = stripsOf({ width: 10_000, height: 10_000 }, bytes)
  expect(strips.length).toBeGreaterThan(10)
  expect(strips.map(({ from }) => from).slice(1)).toEqual(strips.map(({ to }) => to).slice(0, -1))
  expect(strips.at(-1)?.to).toBe(10_000)
  expect(stripsOf({ width: 2 ** 24, height: 3 }, bytes)).toHaveLength(3)
})
