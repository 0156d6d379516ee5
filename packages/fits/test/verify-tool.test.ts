import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findFaults, isFitsError, openFits } from '../src/index.js'
import { fitsBytes } from './support.js'
import { faultsOf, tellMissing, tools } from './tools.js'

tellMissing('verify-tool.test.ts')

const FILES = fileURLToPath(new URL('../../../../shared/fits/files', import.meta.url))
if (!existsSync(FILES)) console.warn(`*** verify-tool.test.ts is skipped in part: there are no files in ${FILES}`)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fits-verify-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function isClean(path: string): Promise<boolean> {
  try {
    await using fits = await openFits(path)
    for await (const _ of findFaults(fits)) return false
    return true
  } catch (error) {
    if (!isFitsError(error)) throw error
    return false
  }
}

/** Whether fitsverify finds an error. */
async function isWrong(path: string): Promise<boolean> {
  const said = await faultsOf(path)
  return said !== '' && !/and 0 error\(s\)/.test(said)
}

const PRIMARY = fitsBytes(['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 0', 'EXTEND  = T'])
const image = (...cards: string[]) =>
  fitsBytes(['SIMPLE  = T', 'BITPIX  = 16', 'NAXIS   = 1', 'NAXIS1  = 4', ...cards], new Uint8Array(8))
const extension = (...cards: string[]) =>
  behind(fitsBytes([...EXTENSION, 'PCOUNT  = 0', 'GCOUNT  = 1', ...cards], new Uint8Array(8)))
const EXTENSION = ["XTENSION= 'IMAGE   '", 'BITPIX  = 16', 'NAXIS   = 1', 'NAXIS1  = 4']
const table = (form: string, row: readonly number[], ...cards: string[]) =>
  behind(
    fitsBytes([...TABLE, `NAXIS1  = ${row.length}`, 'NAXIS2  = 1', ...COLUMNS(form), ...cards], Uint8Array.from(row)),
  )
const TABLE = ["XTENSION= 'BINTABLE'", 'BITPIX  = 8', 'NAXIS   = 2']
const COLUMNS = (form: string) => ['PCOUNT  = 0', 'GCOUNT  = 1', 'TFIELDS = 1', "TTYPE1  = 'A'", `TFORM1  = '${form}'`]
const ZEROS = new Array<number>(16).fill(0)

function behind(hdu: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([PRIMARY, hdu]))
}

function changed(bytes: Uint8Array, place: number, byte: number): Uint8Array {
  return bytes.map((old, i) => (i === place ? byte : old))
}

const SAME = ['TELESCOP', 'CTYPE1', 'RADESYS', 'BUNIT', 'EXTNAME', 'ORIGIN']
const NUMBERS = ['CRPIX1', 'CRVAL1', 'CDELT1', 'PC1_1', 'LONPOLE', 'EQUINOX', 'MJD-OBS', 'BSCALE', 'DATAMAX', 'RESTFRQ']
const DATES = ['2019-05-15T11:47', '2019-5-15', '2019-02-30', '15.5.2019', '2019-05-15T24:00:00', '31/04/99', '']
const DISPLAYS = ['A5', 'L3', 'I5', 'Z8', 'F8.3', 'ES12.3', 'G12.4', 'F', 'X3']

const CASES: Readonly<Record<string, Uint8Array>> = {
  sound: image(),
  'a sound extension': extension(),
  'a sound table': table('1J', [0, 0, 0, 1]),
  'header fill': changed(image(), 2879, 0),
  'behind END': changed(image(), 5 * 80 - 1, 65),
  'data fill': changed(image(), 2880 + 2879, 32),
  'bytes behind': new Uint8Array(Buffer.concat([image(), Buffer.alloc(2880)])),
  'ten bytes behind': new Uint8Array(Buffer.concat([image(), Buffer.alloc(10)])),
  'another primary': new Uint8Array(Buffer.concat([image(), image()])),
  'no padding': image().subarray(0, 2888),
  'PCOUNT of an image': behind(fitsBytes([...EXTENSION, 'PCOUNT  = 2', 'GCOUNT  = 1'], new Uint8Array(12))),
  'GCOUNT of an image': behind(fitsBytes([...EXTENSION, 'PCOUNT  = 0', 'GCOUNT  = 2'], new Uint8Array(16))),
  'GCOUNT first': behind(fitsBytes([...EXTENSION, 'GCOUNT  = 1', 'PCOUNT  = 0'], new Uint8Array(8))),
  'no PCOUNT': behind(fitsBytes([...EXTENSION, 'GCOUNT  = 1'], new Uint8Array(8))),
  'a card before NAXIS1': fitsBytes(
    ['SIMPLE  = T', 'BITPIX  = 16', 'NAXIS   = 1', 'A       = 1', 'NAXIS1  = 4'],
    new Uint8Array(8),
  ),
  'BITPIX twice': image('BITPIX  = 16'),
  NAXIS2: image('NAXIS2  = 1'),
  'PCOUNT of a primary': image('PCOUNT  = 0', 'GCOUNT  = 1'),
  'free format': Buffer.from(image()).fill('BITPIX  = 16'.padEnd(80), 80, 160),
  unregistered: Buffer.from(extension()).fill('FOO  ', 2880 + 11, 2880 + 16),
  ...each(['SIMPLE  = T', 'EXTEND  = T', 'BLOCKED = T'], (card) => extension(card)),
  ...each(['BLANK   = 1.5', "BLANK   = 'x'", 'EXTVER  = 1.5', 'DATE-OBS= 2019', 'A       = 1.5e10'], (card) =>
    image(card),
  ),
  ...each(["TFORM1  = '1J'", 'TFIELDS = 1', 'THEAP   = 1', 'TCRPX1  = 1.0', 'PSCAL1  = 1.0'], (card) => image(card)),
  ...each(SAME, (keyword) => image(`${keyword.padEnd(8)}= 1`)),
  ...each(NUMBERS, (keyword) => image(`${keyword.padEnd(8)}= 'x'`)),
  ...each(DATES, (date) => image(`DATE-OBS= '${date}'`)),
  'PC and CD': image('PC1_1   = 1.0', 'CD1_1   = 1.0'),
  'PC and CROTA': image('PC1_1   = 1.0', 'CROTA1  = 1.0', 'CROTA2  = 1.0'),
  'late WCSAXES': image('CRPIX1  = 1.0', 'WCSAXES = 1'),
  'few WCSAXES': image('WCSAXES = 1', 'CRPIX2  = 1.0'),
  'real WCSAXES': image('WCSAXES = 1.0'),
  'CDELT of 0': image('CDELT1  = 0.0'),
  ...each(['BSCALE  = 1.0', "BUNIT   = 'm'", 'TBCOL1  = 1', 'THEAP   = 4', "TUNIT9  = 'm'"], (card) =>
    table('1J', [0, 0, 0, 0], card),
  ),
  ...each(["TDIM1   = '(2,2)'", "TDIM1   = '2'", "TDIM1   = ' (2)'", "TDIM1   = '(1)'"], (card) =>
    table('2J', ZEROS.slice(8), card),
  ),
  ...each(['TNULL1  = 1', 'TSCAL1  = 2.0', "TDISP1  = 'I5'"], (card) => table('1E', [0, 0, 0, 0], card)),
  ...each(['TNULL1  = 1', 'TSCAL1  = 2.0'], (card) => table('1A', [65], card)),
  ...each(DISPLAYS, (display) => table('1J', [0, 0, 0, 0], `TDISP1  = '${display}'`)),
  ...each(DISPLAYS, (display) => table('1A', [65], `TDISP1  = '${display}'`)),
  ...each(DISPLAYS, (display) => table('1L', [84], `TDISP1  = '${display}'`)),
  'a format with more': table('1Jxx', [0, 0, 0, 0]),
  'no logical': table('2L', [84, 88]),
  'bits behind': table('3X', [0xff]),
  'text outside ASCII': table('2A', [65, 200]),
}

function each(texts: readonly string[], make: (text: string) => Uint8Array): Record<string, Uint8Array> {
  return Object.fromEntries(texts.map((text) => [`${make.toString().slice(0, 60)} ${text}`, make(text)]))
}

test.skipIf(!tools.fitsverify)('what fitsverify calls an error is not called clean', { timeout: 120_000 }, async () => {
  const missed: string[] = []
  const path = join(folder, 'case.fits')
  let wrong = 0
  for (const [name, bytes] of Object.entries(CASES)) {
    await writeFile(path, bytes)
    const isError = await isWrong(path)
    wrong += Number(isError)
    if (isError && (await isClean(path))) missed.push(name)
    if (/^a? ?sound/.test(name)) expect(await isClean(path), name).toBe(true)
  }
  expect(missed).toEqual([])
  expect(wrong).toBeGreaterThan(60)
})

/**
 * A file of several gzip members, of which fitsverify reads the first only; and random groups, where it counts parameters by GCOUNT instead
 * of PCOUNT (FITS 4.0, section 6.1.2).
 */
const ITS_OWN = ['p_i16_multimember.fits.gz', 'astropy__random_groups.fits']

test.skipIf(!tools.fitsverify || !existsSync(FILES)).each(['hostile', 'real'])(
  'nor is it in real files: %s',
  { timeout: 300_000 },
  async (kind) => {
    const missed: string[] = []
    for (const name of readdirSync(join(FILES, kind))) {
      const path = join(FILES, kind, name)
      // fitsverify takes longest for what is wrong: what is not clean to us needs no second opinion.
      if (!ITS_OWN.includes(name) && (await isClean(path)) && (await isWrong(path))) missed.push(name)
    }
    expect(missed).toEqual([])
  },
)
