import type { Header } from '@datalab/fits'

/** Levels in the image's own units, which become as much smaller as its values. */
const LEVELS = ['SATURATE', 'MAXLIN'] as const

/**
 * What a header says once the image was divided by a number: the values have no unit any more (BUNIT goes), a unit of them is as many electrons
 * more (GAIN, or EGAIN where GAIN is a camera's setting), and levels of saturation are as much lower. All else stays as true as it was.
 */
export function normalizedHeader(header: Header, divisor: number): Header {
  const gain = header.has('EGAIN') ? 'EGAIN' : 'GAIN'
  const levels = LEVELS.reduce((result, keyword) => scaled(result, keyword, 1 / divisor), header)
  return scaled(levels, gain, divisor).delete('BUNIT')
}

/** A header with a number multiplied; without it, where that gives none. */
function scaled(header: Header, keyword: string, factor: number): Header {
  const value = header.getNumber(keyword)
  if (value === undefined) return header
  const product = value * factor
  return Number.isFinite(product) && product > 0 ? header.set(keyword, product) : header.delete(keyword)
}
