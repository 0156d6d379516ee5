import { Header } from '@datalab/fits'
import { expect, test } from 'vitest'
import { normalizedHeader } from '../src/normalized-header.js'

const header = new Header().set('BUNIT', 'adu').set('GAIN', 2).set('SATURATE', 60000).set('CRVAL1', 83.6)

test('units, gain and levels are those of the quotients', () => {
  const result = normalizedHeader(header, 20000)
  expect(result.has('BUNIT')).toBe(false)
  expect(['GAIN', 'SATURATE', 'CRVAL1'].map((keyword) => result.get(keyword))).toEqual([40000, 3, 83.6])
})

test("a camera's setting stays, where the gain is EGAIN", () => {
  const result = normalizedHeader(header.set('EGAIN', 0.5), 10)
  expect([result.get('GAIN'), result.get('EGAIN')]).toEqual([2, 5])
})

test('what has no meaning any more goes', () => {
  const result = normalizedHeader(header, -4)
  expect([result.has('GAIN'), result.has('SATURATE')]).toEqual([false, false])
  expect(normalizedHeader(header.set('GAIN', 'high'), 2).get('GAIN')).toBe('high')
})
