import { expect, test } from 'vitest'
import { findImage, openFits, readImage } from '../src/index.js'
import { fitsBytes, fixture, fixtureBytes } from './support.js'

test('chooses SCI, else the first image with data, else what is asked for', async () => {
  expect(await readImage(fixture('extensions.fits'))).toMatchObject({ width: 8, height: 6 })
  expect(await readImage(fixture('extensions.fits'), { hdu: 1 })).toMatchObject({ width: 3, height: 3 })
  expect(await readImage(fixture('rice-int16.fits.fz'))).toMatchObject({ width: 40, height: 30 })
  expect((await readImage(fixture('line.fits'))).height).toBe(1)
})

test('says what is there when the image is not', async () => {
  const file = fixtureBytes('extensions.fits')
  await expect(readImage(file, { hdu: 'XYZ' })).rejects.toMatchObject({
    code: 'FITS_INVALID',
    message: expect.stringContaining('0 primary, 1 image FIRST, 2 bintable CAT, 3 image SCI'),
  })
  await expect(readImage(fitsBytes(['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 0']))).rejects.toMatchObject({
    code: 'FITS_INVALID',
  })
  await expect(readImage(fixtureBytes('cube.fits'))).rejects.toMatchObject({ code: 'FITS_UNSUPPORTED' })
})

test('an image that is cut says so', async () => {
  const file = fixtureBytes('float32.fits').subarray(0, 2900)
  expect(findImage(await openFits(file))!.error?.code).toBe('FITS_TRUNCATED')
  await expect(readImage(file)).rejects.toMatchObject({ code: 'FITS_TRUNCATED' })
})
