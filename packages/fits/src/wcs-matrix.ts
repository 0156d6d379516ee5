import { invalid } from './errors.js'
import type { Header } from './header.js'

/** Two rows of two. */
export type Matrix = readonly [number, number, number, number]

const DEGREE = Math.PI / 180

/**
 * From pixels to the units of the axes (FITS 4.0, section 8.1; E. W. Greisen, M. R. Calabretta 2002, A&A 395, 1061): by PCi_j and CDELTi,
 * else by CDi_j, else by CDELTi and the CROTAi of the latitude.
 *
 * @param lon The axis of longitude.
 */
export function matrixOf(header: Header, lon: 1 | 2): Matrix {
  const value = (keyword: string, otherwise: number) => header.getNumber(keyword) ?? otherwise
  const [delt1, delt2] = [value('CDELT1', 1), value('CDELT2', 1)]
  if (hasAny(header, 'PC')) {
    return [delt1 * value('PC1_1', 1), delt1 * value('PC1_2', 0), delt2 * value('PC2_1', 0), delt2 * value('PC2_2', 1)]
  }
  if (hasAny(header, 'CD')) return [value('CD1_1', 0), value('CD1_2', 0), value('CD2_1', 0), value('CD2_2', 0)]
  const turn = value(lon === 1 ? 'CROTA2' : 'CROTA1', 0) * DEGREE
  const [sin, cos] = [lon === 1 ? Math.sin(turn) : -Math.sin(turn), Math.cos(turn)]
  return [delt1 * cos, -delt2 * sin, delt1 * sin, delt2 * cos]
}

/** @throws FITS_INVALID when several pixels are one place. */
export function inverseOf([a, b, c, d]: Matrix): Matrix {
  const determinant = a * d - b * c
  const inverse: Matrix = [d / determinant, -b / determinant, -c / determinant, a / determinant]
  if (inverse.every(Number.isFinite)) return inverse
  throw invalid('the matrix of the world coordinates (CDi_j, or PCi_j and CDELTi) has no inverse', { keyword: 'CD1_1' })
}

export function times([a, b, c, d]: Matrix, x: number, y: number): [number, number] {
  return [a * x + b * y, c * x + d * y]
}

function hasAny(header: Header, name: string): boolean {
  return ['1_1', '1_2', '2_1', '2_2'].some((element) => header.has(`${name}${element}`))
}
