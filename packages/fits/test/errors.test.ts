import { isDataLabError } from '@datalab/core'
import { expect, test } from 'vitest'
import { FitsError, isFitsError } from '../src/index.js'

test('is a DataLab error for the user, recognised by its brand', () => {
  const error = new FitsError('FITS_INVALID', 'no', { details: { keyword: 'NAXIS' }, cause: new Error('why') })
  expect(isDataLabError(error, 'FITS_INVALID')).toBe(true)
  expect(error).toMatchObject({ audience: 'user', retryable: false, details: { keyword: 'NAXIS' } })
  expect((error.cause as Error).message).toBe('why')
  expect(error.toJSON()).toMatchObject({ name: 'FitsError', code: 'FITS_INVALID', message: 'no' })
})

test('isFitsError tells codes apart', () => {
  const error = new FitsError('FITS_TRUNCATED', 'cut')
  expect(isFitsError(error)).toBe(true)
  expect(isFitsError(error, 'FITS_INVALID')).toBe(false)
  expect(isFitsError(error, 'FITS_INVALID', 'FITS_TRUNCATED')).toBe(true)
  expect(isFitsError(Object.assign(new Error('x'), { code: 'FITS_TRUNCATED' }))).toBe(false)
  expect(isFitsError(null)).toBe(false)
})
