import { expect, test } from 'vitest'
import { Header, stripHeader } from '../src/index.js'

test('strips structure, scaling, compression and checksums, and nothing else', () => {
  const gone =
    'SIMPLE XTENSION BITPIX NAXIS NAXIS1 NAXIS12 EXTEND PCOUNT GCOUNT GROUPS BSCALE BZERO BLANK DATAMIN DATAMAX CHECKSUM DATASUM ZHECKSUM ZDATASUM ZIMAGE ZTENSION ZBITPIX ZNAXIS ZNAXIS2 ZTILE1 ZCMPTYPE ZNAME1 ZVAL1 ZQUANTIZ ZDITHER0 ZBLANK ZMASKCMP ZSIMPLE ZEXTEND ZBLOCKED ZPCOUNT ZGCOUNT TTYPE1 TFORM1 TFIELDS THEAP'
  const kept = 'OBJECT ZENITH ZPOINT TELESCOP TTYPES NAXISX CRVAL1 ZNAME EXTNAME'
  const all = [...gone.split(' '), ...kept.split(' ')].reduce(
    (header, keyword) => header.append(keyword, 1),
    new Header(),
  )
  expect([...stripHeader(all)].map(({ keyword }) => keyword)).toEqual(kept.split(' '))
  expect(stripHeader(new Header().set('EXTNAME', 'COMPRESSED_IMAGE')).length).toBe(0)
  expect(stripHeader(new Header().set('EXTNAME', 'SCI')).length).toBe(1)
})
