import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LocalSource, wizardDescription } from '@datalab/core'
import { readImage } from '@datalab/fits'
import { images } from '@datalab/fits/images'
import { runOperation } from '@datalab/testing'
import { describe, expect, test } from 'vitest'
import { Normalization } from '../src/index.js'
import { hashOf } from './fixture-frames.js'

// Files that lie beside a checkout of the project, not in it: see the folder's own README for where they come from.
const shared = fileURLToPath(new URL('../../../../shared/', import.meta.url))
const real = join(shared, 'fits/files/real')
const isThere = existsSync(real)
if (!isThere) console.warn(`SKIPPED: the tests on real files, since ${real} is not there.`)

describe.skipIf(!isThere)('real files', () => {
  test.each([
    'ptr_datalab__fits_1.fits.fz',
    'astropy__m13.fits',
    'astropy-data__HorseHead.fits',
    'astropy-data__irac_ch4_flight.fits',
    'ingester__coj1m011-fl08-20151216-0049-b00.fits.fz',
    'sep__image.fits',
  ])('%s: every pixel', async (name) => {
    const before = await readImage(join(real, name))
    const inputs = { input_files: [{ source: 'local', basename: name }] }
    const run = await runOperation(Normalization, inputs, [images()], {
      sources: [new LocalSource({ roots: { real } })],
    })
    const after = await readImage((await run.objects())[0] as Uint8Array)
    const sorted = Float64Array.from(before.data.filter(Number.isFinite)).sort()
    const median = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
    expect([after.width, after.height]).toEqual([before.width, before.height])
    expect(hashOf(after.data)).toBe(hashOf(before.data.map((value) => value / median)))
  })

  test('the form is the one that front ends were made for', () => {
    const known = JSON.parse(readFileSync(join(shared, 'available_operations.json'), 'utf8'))
    expect(wizardDescription(Normalization.info)).toEqual(known.Normalization)
  })
})
