import { bytesSource, type FileSource } from '@datalab/core'
import { type ColumnToWrite, encodeImage, encodeTable, Header, openFits, readTable, type TableHdu } from '@datalab/fits'
import { images } from '@datalab/fits/images'
import { runOperation, type StarField, starField } from '@datalab/testing'
import { expect, test } from 'vitest'
import { catalogueStars } from '../src/catalogue-stars.js'
import { ColorImage } from '../src/index.js'
import { type Registration, registerChannel } from '../src/register-channel.js'
import { BLUE, RED } from './pictures.js'
import { pixelsOf } from './support.js'

/** The table that an archive puts beside a frame: its stars, counted from 1. */
function tableBytes({ stars }: StarField, more: readonly ColumnToWrite[] = []): Uint8Array[] {
  const columns = [
    { name: 'x', data: Float64Array.from(stars, ({ x }) => x + 1), unit: 'pix' },
    { name: 'y', data: Float64Array.from(stars, ({ y }) => y + 1), unit: 'pix' },
    { name: 'flux', data: Float64Array.from(stars, ({ flux }) => flux), unit: 'count' },
  ]
  return [...encodeTable({ columns: [...columns, ...more], extname: 'CAT' })]
}

async function tableOf(bytes: readonly Uint8Array[]): Promise<TableHdu> {
  const fits = await openFits(new Uint8Array(Buffer.concat(bytes)))
  return fits.hdus[1] as TableHdu
}

const OPTIONS = { width: 300, stars: 60 }
const field = starField(OPTIONS)

test('the stars of a catalogue are where the image has them', async () => {
  const stars = await catalogueStars(await tableOf(tableBytes(field)), pixelsOf(field))
  expect(stars).toHaveLength(field.stars.length)
  const sorted = (places: readonly { x: number; y: number }[]) =>
    places.map(({ x, y }) => [x.toFixed(6), y.toFixed(6)].join()).sort()
  expect(sorted(stars)).toEqual(sorted(field.stars))
})

test('those outside the image, or without light, are left out', async () => {
  const { width, height } = field
  const odd = [
    { x: -5, y: 10, flux: 9 },
    { x: 10, y: height + 3, flux: 9 },
    { x: Number.NaN, y: 10, flux: 9 },
    { x: width / 2, y: 10, flux: Number.NaN },
    { x: width / 2, y: 10, flux: 0 },
  ].map((star, id) => ({ ...star, id: 1000 + id }))
  const listed = { ...field, stars: [...field.stars, ...odd] as StarField['stars'] }
  const stars = await catalogueStars(await tableOf(tableBytes(listed)), pixelsOf(field))
  expect(stars).toHaveLength(field.stars.length)
})

test('a catalogue of another image is none', async () => {
  const turned = starField({ ...OPTIONS, rotation: 90 })
  expect(await catalogueStars(await tableOf(tableBytes(turned)), pixelsOf(field))).toEqual([])
})

test('a table without such columns is none, nor is no table', async () => {
  const table = await tableOf([...encodeTable({ columns: [{ name: 'x', data: new Float64Array(3) }], extname: 'CAT' })])
  expect(await catalogueStars(table, pixelsOf(field))).toEqual([])
  expect(await catalogueStars(undefined, pixelsOf(field))).toEqual([])
})

test('images are laid on each other by their catalogues; stars are not looked for then', async () => {
  const detect = () => Promise.reject(new Error('not to be asked'))
  const sightings = await Promise.all(
    [field, starField({ ...OPTIONS, exposure: 1, shift: [20.25, -7.5], rotation: 3 })].map(async (one) => ({
      width: one.width,
      height: one.height,
      header: new Header(),
      catalogue: await catalogueStars(await tableOf(tableBytes(one)), pixelsOf(one)),
      detect,
    })),
  )
  const found = (await registerChannel(sightings[0]!, sightings[1]!)) as Extract<Registration, { matched: number }>
  expect(found.by).toBe('catalogue')
  expect(found.matched).toBeGreaterThan(30)
  expect(found.residual).toBeLessThan(1e-6)
})

test('Color Image takes the catalogues of its files, and the stars where one has none', async () => {
  const other = starField({ ...OPTIONS, exposure: 1, shift: [20.25, -7.5] })
  const files: Record<string, Uint8Array> = {
    first: fileOf(field, true),
    listed: fileOf(other, true),
    plain: fileOf(other, false),
  }
  expect((await readTable(files.first!)).rowCount).toBe(field.stars.length)
  const source: FileSource = {
    name: 'frames',
    reach: 'process',
    identify: async ({ basename }) => basename,
    open: async ({ basename }) => bytesSource(files[basename]!, basename),
  }
  const color_channels = ['first', 'listed', 'plain'].map((basename, i) => ({
    source: 'frames',
    basename,
    color: i === 0 ? RED : BLUE,
  }))
  const run = await runOperation(ColorImage, { color_channels }, [images()], { sources: [source] })
  expect(run.record.warnings).toEqual([])
  const said = run.log.flatMap(({ facts }) => ('by' in facts ? [facts] : []))
  expect(said.map(({ by }) => by)).toEqual(['catalogue', 'stars'])
  for (const { map } of said as unknown as { map: { dx: number; dy: number } }[]) {
    expect(map.dx).toBeCloseTo(20.25, 1)
    expect(map.dy).toBeCloseTo(-7.5, 1)
  }
})

/** A frame, and its catalogue behind it where it has one. */
function fileOf(one: StarField, hasCatalogue: boolean): Uint8Array {
  const image = [...encodeImage({ data: one.data, width: one.width, height: one.height })]
  // Without the empty primary HDU that a table has before it.
  return new Uint8Array(Buffer.concat(hasCatalogue ? [...image, ...tableBytes(one).slice(1)] : image))
}
