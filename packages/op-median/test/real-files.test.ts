import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createDataLab, LocalSource, MemoryStorage, wizardDescription } from '@datalab/core'
import { readImage, type Samples } from '@datalab/fits'
import { images } from '@datalab/fits/images'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Median } from '../src/index.js'

// Files that lie beside a checkout of the project, not in it: see the folder's own README for where they come from.
const shared = fileURLToPath(new URL('../../../../shared/', import.meta.url))
const real = join(shared, 'fits/files/real')
const isThere = existsSync(real)
if (!isThere) console.warn(`SKIPPED: the tests on real files, since ${real} is not there.`)

let scratch: string
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'datalab-median-test-'))
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

async function medianOf(...names: string[]): Promise<Samples> {
  const storage = new MemoryStorage()
  const sources = [new LocalSource({ roots: { real } })]
  const lab = createDataLab({ operations: [Median], services: [images()], sources, storage, scratch })
  try {
    const job = await lab.submit(Median, { input_files: names.map((basename) => ({ basename, source: 'local' })) })
    const [output] = (await job.result()).output_files ?? []
    const source = await storage.open((output?.fits_url ?? '').replace('memory:', ''))
    if (source === undefined) throw new Error('no FITS file was written')
    const bytes = new Uint8Array(source.size)
    await source.read(0, bytes)
    return (await readImage(bytes)).data
  } finally {
    await lab.close()
  }
}

const pixelsOf = async (name: string) => (await readImage(join(real, name))).data

/** As the oracle hashes: float64, little-endian, one NaN, no negative zero. */
function hashOf(samples: Samples): string {
  const doubles = Float64Array.from(samples, (value) => (Number.isNaN(value) ? Number.NaN : value + 0))
  return createHash('sha256').update(new Uint8Array(doubles.buffer)).digest('hex')
}

interface OracleFile {
  readonly file: string
  readonly hdus: readonly { readonly image?: { readonly accept: Readonly<Record<string, string>> } }[]
}

function acceptedHashes(name: string): string[] {
  const { files } = JSON.parse(readFileSync(join(shared, 'fits/oracle.json'), 'utf8')) as { files: OracleFile[] }
  const hdus = files.find(({ file }) => file === `real/${name}`)?.hdus ?? []
  return hdus.flatMap(({ image }) => Object.values(image?.accept ?? {}))
}

/** The scale column of a table of compressed tiles, read by its offsets: big-endian float64 in rows of the table. */
function scalesOf(name: string): number[] {
  const bytes = readFileSync(join(real, name))
  const header = (from: number) => {
    const cards = new Map<string, string>()
    let at = from
    for (
      ;
      !bytes
        .subarray(at, at + 80)
        .toString('latin1')
        .startsWith('END     ');
      at += 80
    ) {
      const card = bytes.subarray(at, at + 80).toString('latin1')
      const [value = ''] = card.slice(10).split('/')
      cards.set(card.slice(0, 8).trim(), value.replaceAll("'", '').trim())
    }
    return { cards, end: from + Math.ceil((at + 80 - from) / 2880) * 2880 }
  }
  const { cards, end } = header(header(0).end)
  const sizes: Record<string, number> = { D: 8, E: 4, J: 4, P: 8, Q: 16, B: 1, I: 2, K: 8 }
  let offset = 0
  for (let column = 1; cards.get(`TTYPE${column}`) !== 'ZSCALE'; column++) {
    const [, count = '', type = ''] = /^(\d*)([A-Z])/.exec(cards.get(`TFORM${column}`) ?? '') ?? []
    offset += Number(count || 1) * (sizes[type] ?? Number.NaN)
  }
  const rowLength = Number(cards.get('NAXIS1'))
  return Array.from({ length: Number(cards.get('NAXIS2')) }, (_, row) =>
    bytes.readDoubleBE(end + row * rowLength + offset),
  )
}

describe.skipIf(!isThere)('real files', () => {
  test('archive frames: the element-wise median in float32, to the last bit', async () => {
    const names = ['ptr_datalab__fits_1.fits.fz', 'ptr_datalab__fits_2.fits.fz'] as const
    const [first, second] = await Promise.all(names.map(pixelsOf))
    const result = await medianOf(...names)
    const expected = Float32Array.from(
      first as Samples,
      (value, pixel) => (value + ((second as Samples)[pixel] as number)) / 2,
    )
    expect(result).toBeInstanceOf(Float32Array)
    expect(result).toEqual(expected)
  })

  test("archive frames: agrees with the original's own result within half a step of its quantisation", async () => {
    const result = await medianOf('ptr_datalab__fits_1.fits.fz', 'ptr_datalab__fits_2.fits.fz')
    const original = await pixelsOf('ptr_datalab__median_1_2.fits')
    const scales = scalesOf('ptr_datalab__median_1_2.fits')
    expect(original.length).toBe(result.length)
    const width = result.length / scales.length
    const beyond = result.filter((value, pixel) => {
      const step = scales[Math.floor(pixel / width)] as number
      // The original's values were rounded to float32 once more when they were restored.
      return !(Math.abs(value - (original[pixel] as number)) <= step / 2 + Math.abs(value) * 2 ** -24)
    })
    expect(beyond).toHaveLength(0)
  })

  test.each(['astropy__m13_rice.fits', 'ingester__coj1m011-fl08-20151216-0049-b00.fits.fz'])(
    '%s twice is itself, as the oracle knows it',
    async (name) => {
      expect(acceptedHashes(name)).toContain(hashOf(await medianOf(name, name)))
    },
  )

  test('the form is the one that front ends were made for', () => {
    const known = JSON.parse(readFileSync(join(shared, 'available_operations.json'), 'utf8'))
    expect(wizardDescription(Median.info)).toEqual(known.Median)
  })
})
