import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LocalSource } from '@datalab/core'
import { type Image, readImage } from '@datalab/fits'
import { images } from '@datalab/fits/images'
import { runOperation } from '@datalab/testing'
import { describe, expect, test } from 'vitest'
import { IncreaseBrightness } from '../src/index.js'
import { hashOf } from './fixture-frames.js'

// Files that lie beside a checkout of the project, not in it: see the folder's own README for where they come from.
const shared = fileURLToPath(new URL('../../../../shared/', import.meta.url))
const real = join(shared, 'fits/files/real')
const isThere = existsSync(real)
if (!isThere) console.warn(`SKIPPED: the tests on real files, since ${real} is not there.`)

const names = [
  'ptr_datalab__fits_1.fits.fz',
  'astropy__m13.fits',
  'astropy__m13_rice.fits',
  'astropy-data__HorseHead.fits',
  'astropy-data__irac_ch4_flight.fits',
  'ingester__coj1m011-fl08-20151216-0049-b00.fits.fz',
  'sep__image.fits',
]

async function brightened(name: string, increase_by: number): Promise<Image> {
  const inputs = { input_files: [{ source: 'local', basename: name }], increase_by }
  const sources = [new LocalSource({ roots: { real } })]
  const run = await runOperation(IncreaseBrightness, inputs, [images()], { sources })
  return readImage((await run.objects())[0] as Uint8Array)
}

interface OracleFile {
  readonly file: string
  readonly hdus: readonly { readonly image?: { readonly accept?: Readonly<Record<string, string>> } }[]
}

/** The hashes of the images of each file, as the oracle accepts them. */
function acceptedHashes(): Map<string, string[]> {
  const { files } = JSON.parse(readFileSync(join(shared, 'fits/oracle.json'), 'utf8')) as { files: OracleFile[] }
  return new Map(files.map(({ file, hdus }) => [file, hdus.flatMap(({ image }) => Object.values(image?.accept ?? {}))]))
}

describe.skipIf(!isThere)('real files', () => {
  const accepted = isThere ? acceptedHashes() : new Map<string, string[]>()

  test.each(names)('%s with nothing added is itself, as the oracle knows it', async (name) => {
    expect(accepted.get(`real/${name}`)).toContain(hashOf((await brightened(name, 0)).data))
  })

  test.each(names)('%s with a value added: every pixel, and the header', async (name) => {
    const before = await readImage(join(real, name))
    const after = await brightened(name, -123.5)
    expect([after.width, after.height]).toEqual([before.width, before.height])
    expect(after.data).toEqual(before.data.map((value) => value - 123.5))
    const worldCoordinates = before.header.cards.filter(({ keyword }) => /^(CRPIX|CRVAL|CTYPE|CD|BUNIT)/.test(keyword))
    for (const { keyword, value } of worldCoordinates) expect(after.header.get(keyword)).toEqual(value)
  })
})
