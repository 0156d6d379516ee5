import { invalid } from './errors.js'
import type { Header } from './header.js'
import type { SkyAxes } from './wcs-axes.js'

/** Two rows of two. */
export type Matrix = readonly [number, number, number, number]

const DEGREE = Math.PI / 180

const ELEMENTS = [
  [1, 1],
  [1, 2],
  [2, 1],
  [2, 2],
] as const

/**
 * From pixels to degrees along the axes (FITS 4.0, section 8.1; E. W. Greisen, M. R. Calabretta 2002, A&A 395, 1061): by PCi_j and CDELTi,
 * else by CDi_j, else by CDELTi and the CROTAi of the latitude. PC00i00j and CD00i00j are what old files have for PCi_j and CDi_j.
 *
 * @param axes The axis of longitude, and the degrees in the units.
 */
export function matrixOf(header: Header, { lon, units: [unit1, unit2] }: Pick<SkyAxes, 'lon' | 'units'>): Matrix {
  const value = (keyword: string, otherwise: number) => header.getNumber(keyword) ?? otherwise
  const [delt1, delt2] = [value('CDELT1', 1) * unit1, value('CDELT2', 1) * unit2]
  const pc = elementsOf(header, 'PC', [1, 0, 0, 1])
  if (pc) return [delt1 * pc[0], delt1 * pc[1], delt2 * pc[2], delt2 * pc[3]]
  const cd = elementsOf(header, 'CD', [0, 0, 0, 0])
  if (cd) return scaled(cd, unit1, unit2)
  const turn = value(lon === 1 ? 'CROTA2' : 'CROTA1', 0) * DEGREE
  const [sin, cos] = [lon === 1 ? Math.sin(turn) : -Math.sin(turn), Math.cos(turn)]
  return [delt1 * cos, -delt2 * sin, delt1 * sin, delt2 * cos]
}

/** The elements by PCi_j or CDi_j, with these for such as are missing; undefined where all are. */
function elementsOf(header: Header, name: 'PC' | 'CD', missing: Matrix): Matrix | undefined {
  const given = ELEMENTS.map(
    ([i, j]) => header.getNumber(`${name}${i}_${j}`) ?? header.getNumber(`${name}00${i}00${j}`),
  )
  if (given.every((element) => element === undefined)) return undefined
  const [a, b, c, d] = given.map((element, place) => element ?? missing[place]!)
  return [a!, b!, c!, d!]
}

/** The matrix by CDi_j in degrees. An axis of which nothing but zeros is known has a step of 1, as WCSLIB has it. */
function scaled([a, b, c, d]: Matrix, unit1: number, unit2: number): Matrix {
  const isApart = b === 0 && c === 0
  return [(isApart && a === 0 ? 1 : a) * unit1, b * unit1, c * unit2, (isApart && d === 0 ? 1 : d) * unit2]
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
