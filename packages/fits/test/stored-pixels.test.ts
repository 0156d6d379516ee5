import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { combineBands } from '@datalab/pixels'
import { expect, test } from 'vitest'
import { ImageHdu, openFits, type Samples } from '../src/index.js'

const folder = fileURLToPath(new URL('fixtures', import.meta.url))
/** Some of its rows could not be quantised. */
const MIXED = 'rice-fallback.fits.fz'

const names = readdirSync(folder).filter((name) => /\.fits(\.fz|\.gz)?$/.test(name) && name !== MIXED)

/** The first image with two axes, of a file that is whole. */
async function imageIn(path: string): Promise<ImageHdu | undefined> {
  const fits = await openFits(path)
  const hdu = fits.hdus.find((one) => one instanceof ImageHdu && one.hasData && one.planes === 1)
  return hdu as ImageHdu | undefined
}

/** What a thread reads by itself. */
async function readByThread(hdu: ImageHdu, path: string): Promise<Samples | undefined> {
  const pixels = hdu.storedPixels()
  if (pixels === undefined) return undefined
  const readBand = () => {
    throw new Error('the thread cannot read it')
  }
  const { width, height, sampleType } = hdu
  const options = { method: 'median', width, height, type: sampleType, resultType: sampleType, workers: 0 } as const
  const result = sampleType === 'float32' ? new Float32Array(width * height) : new Float64Array(width * height)
  for await (const { rows, values } of combineBands([{ readBand, stored: { path, pixels } }], options))
    result.set(values, rows.from * width)
  return result
}

test.each(names)('%s: what threads read by themselves is what reading gives', async (name) => {
  const path = join(folder, name)
  const hdu = await imageIn(path)
  if (hdu === undefined) return
  hdu.check()
  const found = await readByThread(hdu, path)
  if (found !== undefined) expect(found).toEqual(await hdu.readRows(0, hdu.height))
})

test.each([
  ['float32.fits', 'plain'],
  ['uint16.fits', 'plain'],
  ['rice-uint16.fits.fz', 'rice'],
  ['rice-dither1.fits.fz', 'rice'],
  ['rice-dither2.fits.fz', 'rice'],
  ['rice-none.fits.fz', 'rice'],
  ['rice-dither1-tiles.fits.fz', undefined],
  ['gzip2-uint16.fits.fz', undefined],
  ['extensions.fits.gz', undefined],
])('%s is %s to threads', async (name, kind) => {
  const hdu = await imageIn(join(folder, name))
  hdu?.check()
  expect(hdu?.storedPixels()?.kind).toBe(kind)
})

test('rows that were kept in another way are left to reading', async () => {
  const path = join(folder, MIXED)
  const hdu = await imageIn(path)
  hdu?.check()
  await expect(readByThread(hdu!, path)).rejects.toThrow('the thread cannot read it')
})
