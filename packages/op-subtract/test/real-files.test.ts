import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LocalSource, wizardDescription } from '@datalab/core'
import { readImage } from '@datalab/fits'
import { images } from '@datalab/fits/images'
import { runOperation } from '@datalab/testing'
import { describe, expect, test } from 'vitest'
import { Subtraction } from '../src/index.js'
import { hashOf } from './fixture-frames.js'

// Files that lie beside a checkout of the project, not in it: see the folder's own README for where they come from.
const shared = fileURLToPath(new URL('../../../../shared/', import.meta.url))
const real = join(shared, 'fits/files/real')
const isThere = existsSync(real)
if (!isThere) console.warn(`SKIPPED: the tests on real files, since ${real} is not there.`)

const file = (basename: string) => ({ source: 'local', basename })

async function difference(first: string, second: string) {
  const inputs = { input_files: [file(first)], subtraction_file: [file(second)] }
  const run = await runOperation(Subtraction, inputs, [images()], { sources: [new LocalSource({ roots: { real } })] })
  return readImage((await run.objects())[0] as Uint8Array)
}

describe.skipIf(!isThere)('real files', () => {
  test.each([
    ['ptr_datalab__fits_1.fits.fz', 'ptr_datalab__fits_2.fits.fz'],
    ['astropy__m13.fits', 'sep__image.fits'],
    ['ingester__coj1m011-fl08-20151216-0049-b00.fits.fz', 'astropy__m13_rice.fits'],
  ])('%s less %s: every pixel that both have', async (first, second) => {
    const [a, b] = await Promise.all([first, second].map((name) => readImage(join(real, name))))
    const [width, height] = [Math.min(a!.width, b!.width), Math.min(a!.height, b!.height)]
    const result = await difference(first, second)
    const expected = result.data.map((_, pixel) => {
      const [x, y] = [pixel % width, Math.floor(pixel / width)]
      return a!.data[y * a!.width + x]! - b!.data[y * b!.width + x]!
    })
    expect([result.width, result.height]).toEqual([width, height])
    expect(hashOf(result.data)).toBe(hashOf(expected))
  })

  test('the form is the one that front ends were made for', () => {
    const known = JSON.parse(readFileSync(join(shared, 'available_operations.json'), 'utf8'))
    expect(wizardDescription(Subtraction.info)).toEqual(known.Subtraction)
  })
})
