import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LocalSource } from '@datalab/core'
import { type Image, readImage, type Samples } from '@datalab/fits'
import { images } from '@datalab/fits/images'
import { runOperation } from '@datalab/testing'
import { describe, expect, test } from 'vitest'
import { PixelMath } from '../src/index.js'

// Files that lie beside a checkout of the project, not in it: see the folder's own README for where they come from.
const shared = fileURLToPath(new URL('../../../../shared/', import.meta.url))
const real = join(shared, 'fits/files/real')
const isThere = existsSync(real)
if (!isThere) console.warn(`SKIPPED: the tests on real files, since ${real} is not there.`)

async function calculated(expression: string, ...names: string[]): Promise<Image> {
  const inputs = { input_files: names.map((basename) => ({ source: 'local', basename })), expression }
  const sources = [new LocalSource({ roots: { real } })]
  const run = await runOperation(PixelMath, inputs, [images()], { sources })
  return readImage((await run.objects())[0] as Uint8Array)
}

const pixelsOf = async (name: string) => (await readImage(join(real, name))).data

function medianOf(values: Samples): number {
  const sorted = Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort()
  const at = (rank: number) => sorted[rank] ?? Number.NaN
  return (at(Math.ceil(sorted.length / 2) - 1) + at(Math.floor(sorted.length / 2))) / 2
}

describe.skipIf(!isThere)('real files', () => {
  const [first, second] = ['ptr_datalab__fits_1.fits.fz', 'ptr_datalab__fits_2.fits.fz'] as const

  test.each([first, second, 'astropy__m13.fits', 'sep__image.fits'])(
    '%s: its median and its spread, exactly',
    async (name) => {
      const before = await pixelsOf(name)
      const median = medianOf(before)
      const spread = medianOf(before.map((value) => Math.abs(value - median)))
      const { data, header } = await calculated('a - median(a)', name)
      expect(data).toEqual(before.map((value) => value - median))
      expect(header.getAll('HISTORY').join(' ')).toContain(`median(a) = ${median}`)
      // Distances are as exact as the image's type; mad is that of exact ones.
      const [mad] = (await calculated('mad(a) + 0 a', name)).data.filter((value) => !Number.isNaN(value))
      expect(Math.abs((mad ?? 0) - spread)).toBeLessThanOrEqual(1e-6 * spread)
    },
  )

  test('two archive frames: every pixel, and the header of the first', async () => {
    const [a, b] = [await pixelsOf(first), await pixelsOf(second)]
    const { data, header } = await calculated('(a - b) / (a + b) + sqrt(abs(a))', first, second)
    const expected = a.map((value, pixel) => {
      const other = b[pixel] as number
      return (value - other) / (value + other) + Math.sqrt(Math.abs(value))
    })
    expect(data).toEqual(expected)
    const before = (await readImage(join(real, first))).header
    for (const { keyword, value } of before.cards.filter((card) => /^(CRPIX|CRVAL|CTYPE|CD)/.test(card.keyword)))
      expect(header.get(keyword)).toEqual(value)
  })
})
