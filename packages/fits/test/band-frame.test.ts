import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { combineBands } from '@datalab/pixels'
import { expect, onTestFinished, test } from 'vitest'
import { bandFrame } from '../src/band-frame.js'
import { encodeImage, type Frame, Header, type ImageHdu, openFits, type PixelArray } from '../src/index.js'

const [width, height] = [33, 40]

/** A file of these pixels, as a frame of a run. */
async function frameOf(data: PixelArray, cards: Readonly<Record<string, number>> = {}): Promise<Frame> {
  const folder = await mkdtemp(join(tmpdir(), 'band-frame-'))
  const path = join(folder, 'frame.fits')
  const [first, ...rest] = encodeImage({ data, width, height })
  const stored = Buffer.from(first as Uint8Array).toString('latin1')
  const added = Object.entries(cards).map(([keyword, value]) => `${keyword.padEnd(8)}= ${value}`.padEnd(80))
  const text = stored.slice(0, stored.indexOf('END     '.trimEnd().padEnd(80)))
  const header = `${text}${added.join('')}END`
  await writeFile(path, Buffer.concat([Buffer.from(header.padEnd(2880), 'latin1'), ...rest]))
  const fits = await openFits(path)
  onTestFinished(async () => {
    await fits.close()
    await rm(folder, { recursive: true })
  })
  const hdu = fits.hdus[0] as ImageHdu
  const { sampleType } = hdu
  const readRows: Frame['readRows'] = (from, to, into) => hdu.readRows(from, to, into)
  const pixels = hdu.storedPixels()
  const place = pixels && { path, pixels }
  return {
    width,
    height,
    label: 'frame',
    header: new Header(),
    sampleType,
    readRows,
    stored: place,
    close: async () => {},
  }
}

const integers = Int16Array.from({ length: width * height }, (_, i) => (i * 7919) % 65_536)
const floats = Float32Array.from(integers, (value, i) => (i % 13 === 0 ? Number.NaN : value === 0 ? -0 : value / 3))

test.each([
  ['integers', integers, {}, true],
  ['unsigned integers', Uint16Array.from(integers), {}, true],
  ['integers of which one is missing', integers, { BLANK: 7919 }, true],
  ['floats', floats, {}, true],
  ['scaled integers', integers, { BSCALE: 0.1, BZERO: 3 }, false],
  ['integers far from 0', integers, { BZERO: 2 ** 24 }, false],
] as const)('%s in float64 are what they are in float32, whoever reads them', async (_, data, cards, isStored) => {
  const frame = await frameOf(data, cards)
  expect(frame.sampleType).toBe('float32')
  expect(bandFrame(frame, 'float32').stored).toBe(frame.stored)
  const wide = bandFrame(frame, 'float64')
  expect(wide.stored).toBe(isStored ? frame.stored : undefined)
  const types = { type: 'float64', resultType: 'float64' } as const
  const found = new Float64Array(width * height)
  for await (const { rows, values } of combineBands([wide], { method: 'median', width, height, ...types }))
    found.set(values, rows.from * width)
  expect(found).toEqual(Float64Array.from(await frame.readRows(0, height)))
})
