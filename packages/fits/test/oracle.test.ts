import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { type CardValue, type Fits, type Hdu, type Header, ImageHdu, openFits } from '../src/index.js'

/** A collection of FITS files with what independent readers make of each; it stands beside the checkout, or not at all. */
const COLLECTION = fileURLToPath(new URL('../../../../shared/fits', import.meta.url))
const HAS_COLLECTION = existsSync(join(COLLECTION, 'oracle.json'))
if (!HAS_COLLECTION) console.warn(`oracle.test.ts is skipped: there is no collection of FITS files at ${COLLECTION}`)

/**
 * Pixels of quantised images in which the collection has a number where the integer is ZBLANK, -2147483647: its readers do not test for
 * it. FITS 4.0, section 10.2.1 and table 36: it stands for NaN; funpack agrees.
 */
const NAN_IN_QUANTIZED = [
  'matrix/c_fpackdefault_f32_nan.fits.fz',
  'matrix/q_RICE_1_f32_fpack_q4.fits.fz',
  'real/astropy__compressed_with_nan.fits',
]

interface Failure {
  readonly file: string
  readonly what: string
  readonly why: string
}

interface Tools {
  image(values: ArrayLike<number>, shape: readonly number[]): unknown
  num(value: number | bigint): unknown
}

function codeOf(error: unknown): { code: string; message: string } {
  const { code, message } = error as { code?: string; message?: string }
  return { code: String(code ?? ''), message: String(message) }
}

function cardsOf(header: Header, { num }: Tools): unknown[] {
  const plain = (value: CardValue) => {
    if (typeof value === 'number' || typeof value === 'bigint') return num(value)
    return value !== null && typeof value === 'object' ? { re: num(value.re), im: num(value.im) } : value
  }
  return header.cards.map(({ keyword, value, comment, isCommentary, problem }) => [
    keyword,
    problem === undefined ? plain(value) : { unparsable: problem },
    isCommentary ? null : comment,
  ])
}

async function imageOf(hdu: ImageHdu, tools: Tools): Promise<unknown> {
  try {
    return tools.image(await hdu.read(), hdu.shape)
  } catch (error) {
    return { error: codeOf(error) }
  }
}

async function dumpHdu(hdu: Hdu, tools: Tools): Promise<Record<string, unknown>> {
  const { index, kind, extname, extver, bitpix, shape, headerOffset, dataOffset, dataLength, error } = hdu
  const dataSpan = Math.ceil(dataLength / 2880) * 2880
  const isTable = kind === 'bintable' || kind === 'table'
  return {
    ...{ index, kind, extname, extver, bitpix, shape, hdrOffset: headerOffset, dataOffset, dataSpan },
    cards: cardsOf(hdu.storedHeader, tools),
    ...(kind === 'compressed-image' ? { logicalCards: cardsOf(hdu.header, tools) } : {}),
    ...(error ? { error: codeOf(error) } : {}),
    ...(hdu instanceof ImageHdu && shape.length > 0 ? { image: await imageOf(hdu, tools) } : {}),
    ...(isTable ? { table: { error: { code: 'FITS_UNSUPPORTED' } } } : {}),
  }
}

async function dumpFile(file: string, tools: Tools): Promise<Record<string, unknown>> {
  const start = performance.now()
  let fits: Fits | undefined
  try {
    fits = await openFits(join(COLLECTION, 'files', file))
    const hdus = []
    for (const hdu of fits.hdus) hdus.push(await dumpHdu(hdu, tools))
    return { file, hdus, seconds: (performance.now() - start) / 1000 }
  } catch (error) {
    return { file, error: codeOf(error), seconds: (performance.now() - start) / 1000 }
  } finally {
    await fits?.close()
  }
}

/** Whether the failure is about something that this codec says it does not read. */
function isUnsupported({ file, what, why }: Failure): boolean {
  const isCompressedFile = /\.gz$/.test(file) && /^(hdus before the damage|opens)$/.test(what)
  return why.includes('FITS_UNSUPPORTED') || isCompressedFile
}

async function judge(dumps: readonly unknown[]): Promise<Failure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fits-oracle-'))
  try {
    const [dump, result] = [join(folder, 'dump.jsonl'), join(folder, 'result.json')]
    await writeFile(dump, dumps.map((entry) => JSON.stringify(entry)).join('\n'))
    const args = [
      join(COLLECTION, 'tools/compare.mjs'),
      join(COLLECTION, 'oracle.json'),
      dump,
      '--quiet',
      '--json',
      result,
    ]
    await promisify(execFile)(process.execPath, [...args, '--time-factor', '5']).catch(() => undefined)
    return (JSON.parse(readFileSync(result, 'utf8')) as { failures: Failure[] }).failures
  } finally {
    await rm(folder, { recursive: true })
  }
}

test.skipIf(!HAS_COLLECTION)(
  'reads every file of the collection as independent readers do',
  { timeout: 120_000 },
  async () => {
    const tools = (await import(pathToFileURL(join(COLLECTION, 'tools/dumplib.mjs')).href)) as Tools
    const manifest = JSON.parse(readFileSync(join(COLLECTION, 'manifest.json'), 'utf8')) as Record<string, unknown>
    const dumps = []
    for (const file of Object.keys(manifest)) dumps.push(await dumpFile(file, tools))
    const failures = (await judge(dumps)).filter((failure) => !isUnsupported(failure))
    const isKnown = ({ file, what }: Failure) => NAN_IN_QUANTIZED.includes(file) && what.startsWith('image ')
    expect(failures.filter((failure) => !isKnown(failure))).toEqual([])
    expect(failures).toHaveLength(2 * NAN_IN_QUANTIZED.length)
  },
)
