import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { dump, type FitsDump } from '../src/dump.js'

/** A collection of FITS files with what independent readers make of each; it stands beside the checkout, or not at all. */
const COLLECTION = fileURLToPath(new URL('../../../../shared/fits', import.meta.url))
const HAS_COLLECTION = existsSync(join(COLLECTION, 'oracle.json'))
if (!HAS_COLLECTION) console.warn(`oracle.test.ts is skipped: there is no collection of FITS files at ${COLLECTION}`)

/** What users get: each hostile file is read by a process of its own, which needs the build. */
const BUILT = fileURLToPath(new URL('../dist/dump.js', import.meta.url))
if (!existsSync(BUILT))
  console.warn(`oracle.test.ts is skipped in part: run node scripts/build.mjs core fits pixels first`)

/**
 * Quantised images in which the collection has a number where the integer is the declared ZBLANK, -2147483647: its readers do not test
 * for it, against its own words. FITS 4.0, section 10.1.3: it stands for NaN; funpack and astropy 8 agree, and so does the image that was compressed,
 * `p_f32nan.fits`.
 */
const NAN_IN_QUANTIZED = [
  'matrix/c_fpackdefault_f32_nan.fits.fz',
  'matrix/q_GZIP_1_f32_fpack_q4.fits.fz',
  'matrix/q_GZIP_2_f32_fpack_q4.fits.fz',
  'matrix/q_RICE_1_f32_fpack_q4.fits.fz',
  'real/astropy__compressed_with_nan.fits',
]

/**
 * Extensions with a CHECKSUM and no DATASUM, which the collection takes to be bad: its reader leaves the data out of the sum then. FITS
 * 4.0, section 4.4.2.7: the sum is that of the whole HDU, and here it is all ones; fitsverify agrees.
 */
const CHECKSUM_ALONE = [
  'real/astropy-data__hlsp_tess-data-alerts_tess_phot_00025155310-s01_tess_v1_lc.fits',
  'real/astropy-data__kplr010666592-2009131110544_slc.fits',
]

interface Failure {
  readonly file: string
  readonly what: string
  readonly why: string
}

/** Whether the collection is wrong there. */
function isKnown({ file, what, why }: Failure): boolean {
  if (NAN_IN_QUANTIZED.includes(file) && what.startsWith('image ')) return true
  return CHECKSUM_ALONE.includes(file) && what === 'checksum' && why.includes('"checksum":"ok"}, want')
}

/** Whether the failure is about something that this codec says it does not read. */
function isUnsupported({ why }: Failure): boolean {
  return why.includes('FITS_UNSUPPORTED')
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'fits-oracle-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function judge(dumps: string, result: string, ...options: string[]): Promise<Failure[]> {
  const [tool, oracle] = [join(COLLECTION, 'tools/compare.mjs'), join(COLLECTION, 'oracle.json')]
  const args = [tool, oracle, dumps, '--quiet', '--json', result, '--time-factor', '5', ...options]
  await promisify(execFile)(process.execPath, args).catch(() => undefined)
  return (JSON.parse(readFileSync(result, 'utf8')) as { failures: Failure[] }).failures
}

test.skipIf(!HAS_COLLECTION)(
  'reads every file of the collection as independent readers do',
  { timeout: 120_000 },
  async () => {
    const manifest = JSON.parse(readFileSync(join(COLLECTION, 'manifest.json'), 'utf8')) as Record<string, unknown>
    const dumps: (FitsDump & { file: string; seconds: number })[] = []
    for (const file of Object.keys(manifest)) {
      const start = performance.now()
      const found = await dump(join(COLLECTION, 'files', file))
      dumps.push({ file, ...found, seconds: (performance.now() - start) / 1000 })
    }
    const failures = await inFolder(async (folder) => {
      await writeFile(join(folder, 'dump.jsonl'), dumps.map((entry) => JSON.stringify(entry)).join('\n'))
      return judge(join(folder, 'dump.jsonl'), join(folder, 'result.json'))
    })
    expect(failures.filter((failure) => !isUnsupported(failure) && !isKnown(failure))).toEqual([])
  },
)

test.skipIf(!HAS_COLLECTION || !existsSync(BUILT))(
  'a hostile file ends in a typed error or a lenient reading, in little time and memory',
  { timeout: 240_000 },
  async () => {
    const failures = await inFolder(async (folder) => {
      const dumps = join(folder, 'dump.jsonl')
      const args = [join(COLLECTION, 'tools/run_dump.mjs'), BUILT, COLLECTION, dumps, '--class', 'hostile']
      await promisify(execFile)(process.execPath, args)
      return judge(dumps, join(folder, 'result.json'), '--class', 'hostile')
    })
    expect(failures.filter((failure) => !isUnsupported(failure))).toEqual([])
  },
)
