import { readFileSync } from 'node:fs'
import { readImage } from '@datalab/fits'
import { images } from '@datalab/fits/images'
import { MemorySource, runOperation } from '@datalab/testing'
import { describe, expect, test } from 'vitest'
import { PixelMath } from '../src/index.js'

/** What numpy makes of frames. */
interface Expected {
  readonly files: readonly string[]
  readonly expression: string
  readonly bitpix: number
  /** Row after row; `nan`, `inf` and `-inf` as texts. */
  readonly values: readonly (number | string)[]
}

const folder = new URL('fixtures/', import.meta.url)
const expectations = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Expected[]
const names = [...new Set(expectations.flatMap(({ files }) => files))]
const frames = new MemorySource(
  Object.fromEntries(names.map((name) => [name, readFileSync(new URL(`${name}.fits`, folder))])),
)

const NUMBERS: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
}

/** Functions of numpy and of JavaScript differ in their last bits. */
const tolerance = (bitpix: number) => (bitpix === -32 ? 1e-6 : 1e-12)

describe.each(expectations)('$expression of $files, as numpy does it', ({ files, expression, bitpix, values }) => {
  test('every pixel, and the header', async () => {
    const inputs = { input_files: files.map((name) => frames.file(name)), expression }
    const finished = await runOperation(PixelMath, inputs, [images()])
    const [fits] = await finished.objects('fits')
    const { data, header } = await readImage(fits as Uint8Array)
    expect(header.get('BITPIX')).toBe(bitpix)
    expect([header.get('CRVAL1'), header.get('CRPIX2'), header.get('PC1_1')]).toEqual([250.4, 4, -1.1e-4])
    expect(data).toHaveLength(values.length)
    for (const [pixel, given] of values.entries()) {
      const value = typeof given === 'number' ? given : (NUMBERS[given] as number)
      const near = Math.abs((data[pixel] as number) - value) <= tolerance(bitpix) * Math.max(1, Math.abs(value))
      expect(near || Object.is(data[pixel], value), `pixel ${pixel}: ${data[pixel]}, not ${value}`).toBe(true)
    }
  })
})
