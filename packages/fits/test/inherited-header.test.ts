import { expect, test } from 'vitest'
import { findFaults, findImage, findTable, inheritedHeader, openFits, readWcs, verifyChecksums } from '../src/index.js'
import { fitsBytes } from './support.js'

const PRIMARY = [
  'SIMPLE  = T',
  'BITPIX  = 8',
  'NAXIS   = 0',
  'EXTEND  = T',
  "OBJECT  = 'M13'",
  'EXPTIME = 30',
  'COMMENT c',
  'HIERARCH ESO x = 1',
]
const EXTENSION = [
  "XTENSION= 'IMAGE'",
  'BITPIX  = 8',
  'NAXIS   = 0',
  'PCOUNT  = 0',
  'GCOUNT  = 1',
  "EXTNAME = 'SCI'",
  'EXPTIME = 60',
]

async function inherited(...cards: string[]) {
  const fits = await openFits(new Uint8Array(Buffer.concat([fitsBytes(PRIMARY), fitsBytes([...EXTENSION, ...cards])])))
  return [fits, inheritedHeader(fits, fits.hdus[1]!)] as const
}

test('an extension inherits what it does not say itself', async () => {
  const [fits, header] = await inherited('INHERIT = T')
  expect(header.get('OBJECT')).toBe('M13')
  expect(header.getAll('EXPTIME')).toEqual([60])
  expect(header.get('ESO X')).toBe(1)
  for (const keyword of ['SIMPLE', 'EXTEND', 'COMMENT']) expect(header.has(keyword)).toBe(false)
  expect(inheritedHeader(fits, fits.hdus[0]!)).toBe(fits.hdus[0]!.header)
})

test.each([[[]], [['INHERIT = F']], [["INHERIT = 'T'"]]])('not without its say: %j', async (cards) => {
  const [fits, header] = await inherited(...cards)
  expect(header).toBe(fits.hdus[1]!.header)
})

test('what is no file, no HDU and no header is named', async () => {
  const [fits] = await inherited()
  const noFile = '"m13.fits" is no open file; give what openFits gives'
  for (const work of [findImage, findTable, inheritedHeader] as ((fits: never, hdu?: never) => unknown)[]) {
    expect(() => work('m13.fits' as never)).toThrow(noFile)
  }
  await expect(findFaults('m13.fits' as never).next()).rejects.toThrow(noFile)
  const noHdu = 'undefined is no HDU; give one of those'
  expect(() => inheritedHeader(fits, fits.hdu('NONE')!)).toThrow(noHdu)
  await expect(verifyChecksums(fits.hdu('NONE')!)).rejects.toThrow(noHdu)
  expect(() => readWcs({} as never)).toThrow('an object is no Header')
})
