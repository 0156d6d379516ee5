import { expect, test } from 'vitest'
import { Header, openFits } from '../src/index.js'
import { restoreHeader } from '../src/restore-header.js'
import { fixtureBytes } from './support.js'

function keywordsOf(header: Header): string[] {
  return header.cards.map(({ keyword }) => keyword)
}

/** The header of a table that holds a compressed image, with cards of the image among its own. */
function stored(...own: readonly (readonly [string, string | number | boolean])[]): Header {
  const table: [string, string | number | boolean][] = [
    ['XTENSION', 'BINTABLE'],
    ['BITPIX', 8],
    ['NAXIS', 2],
    ['NAXIS1', 8],
    ['NAXIS2', 3],
    ['PCOUNT', 99],
    ['GCOUNT', 1],
    ['TFIELDS', 1],
    ['TTYPE1', 'COMPRESSED_DATA'],
    ['TFORM1', '1PB(33)'],
    ['ZIMAGE', true],
    ['ZTILE1', 4],
    ['ZTILE2', 1],
    ['ZCMPTYPE', 'RICE_1'],
    ['ZNAME1', 'BLOCKSIZE'],
    ['ZVAL1', 32],
    ['ZQUANTIZ', 'NO_DITHER'],
    ['ZDITHER0', 7],
    ['ZBLANK', -9],
  ]
  return [...table, ...own].reduce((header, [keyword, value]) => header.append(keyword, value), new Header())
}

const AXES = [
  ['ZBITPIX', 16],
  ['ZNAXIS', 2],
  ['ZNAXIS1', 4],
  ['ZNAXIS2', 3],
] as const

test('an image that was primary is so again', () => {
  const header = restoreHeader(stored(['ZSIMPLE', true], ...AXES, ['ZEXTEND', true], ['OBJECT', 'M13'], ['BLANK', -1]))
  expect(keywordsOf(header)).toEqual(['SIMPLE', 'BITPIX', 'NAXIS', 'NAXIS1', 'NAXIS2', 'EXTEND', 'OBJECT', 'BLANK'])
  expect(header.get('NAXIS2')).toBe(3)
  expect(header.get('BITPIX')).toBe(16)
})

test('an image that was an extension has what it had, in the order that is mandatory', () => {
  const checksums = [
    ['ZHECKSUM', 'abc'],
    ['ZDATASUM', '123'],
    ['CHECKSUM', 'of the table'],
    ['DATASUM', '456'],
  ] as const
  const header = restoreHeader(
    stored(['EXTNAME', 'SCI'], ['ZGCOUNT', 1], ['ZPCOUNT', 0], ...AXES, ['ZTENSION', 'IMAGE'], ...checksums),
  )
  const start = ['XTENSION', 'BITPIX', 'NAXIS', 'NAXIS1', 'NAXIS2', 'PCOUNT', 'GCOUNT']
  expect(keywordsOf(header)).toEqual([...start, 'EXTNAME', 'CHECKSUM', 'DATASUM'])
  expect(header.get('CHECKSUM')).toBe('abc')
  expect(header.get('PCOUNT')).toBe(0)
})

test('an image of which is not said what it was becomes an extension, without the name that compression gave it', () => {
  const header = restoreHeader(stored(...AXES, ['EXTNAME', 'COMPRESSED_IMAGE'], ['BSCALE', 2]))
  expect(keywordsOf(header)).toEqual(['XTENSION', 'BITPIX', 'NAXIS', 'NAXIS1', 'NAXIS2', 'PCOUNT', 'GCOUNT', 'BSCALE'])
  expect(header.get('XTENSION')).toBe('IMAGE')
  expect(header.get('GCOUNT')).toBe(1)
})

test('commentary stays, whatever it begins with', () => {
  const header = restoreHeader(
    stored(...AXES)
      .addHistory('ZIMAGE was here')
      .addComment('TFORM1 too'),
  )
  expect(header.getAll('HISTORY')).toEqual(['ZIMAGE was here'])
  expect(header.getAll('COMMENT')).toEqual(['TFORM1 too'])
})

test.each(['plio-uint16.fits.fz', 'gzip1-float32.fits.fz', 'rice-six-axes.fits.fz'])(
  'that of %s can be written',
  async (name) => {
    const { header } = (await openFits(fixtureBytes(name))).hdus[1]!
    expect(header.get('SIMPLE')).toBe(true)
    expect(Header.parse(header.format()).cards.map(({ value }) => value)).toEqual(
      header.cards.map(({ value }) => value),
    )
  },
)
