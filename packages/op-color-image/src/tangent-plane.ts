import type { Header } from '@datalab/fits'
import type { Point } from './affine.js'

/** A place in the sky, in radians. */
interface SkyPlace {
  readonly longitude: number
  readonly latitude: number
}

/** The world coordinates of an image, where they are a gnomonic projection. */
export interface TangentPlane {
  /** Which coordinates the sky has: those of two images are comparable where this is equal. */
  readonly system: string
  /** The place in the sky of a pixel. */
  toSky(pixel: Point): SkyPlace
  /** The pixel of a place in the sky; undefined for places that are 90 degrees from the image or more. */
  toPixel(place: SkyPlace): Point | undefined
}

type Matrix = readonly [number, number, number, number]

const DEGREE = Math.PI / 180

/**
 * The world coordinates in a header, if they are TAN: by CRVAL, CRPIX, and CDi_j, or PCi_j and CDELTi, or CROTA2 and CDELTi.
 *
 * Distortions (SIP) are left out: they are a few pixels at the corners, at most. The axes may be in either order.
 *
 * Source: E. W. Greisen, M. R. Calabretta 2002, A&A 395, 1061 (linear part); M. R. Calabretta, E. W. Greisen 2002, A&A 395, 1077 (TAN).
 */
export function tangentPlaneOf(header: Header): TangentPlane | undefined {
  const axes = axesOf(header)
  const matrix = matrixOf(header)
  const inverse = matrix && inverseOf(matrix)
  const number = (keyword: string) => header.getNumber(keyword) ?? Number.NaN
  const [value1, value2, x0, y0] = [number('CRVAL1'), number('CRVAL2'), number('CRPIX1'), number('CRPIX2')]
  if (axes === undefined || matrix === undefined || inverse === undefined) return undefined
  if (!Number.isFinite(value1 + value2 + x0 + y0)) return undefined
  const [longitude, latitude] = axes.isSwapped ? [value2, value1] : [value1, value2]
  // Another orientation of the native pole is allowed by the standard, and hardly seen with TAN.
  if ((header.getNumber('LONPOLE') ?? (latitude < 90 ? 180 : 0)) !== 180) return undefined
  return planeOf({
    system: axes.system,
    isSwapped: axes.isSwapped,
    centre: { longitude: longitude * DEGREE, latitude: latitude * DEGREE },
    // FITS counts pixels from 1.
    origin: { x: x0 - 1, y: y0 - 1 },
    matrix,
    inverse,
  })
}

interface PlaneParts {
  readonly system: string
  readonly isSwapped: boolean
  readonly centre: SkyPlace
  readonly origin: Point
  readonly matrix: Matrix
  readonly inverse: Matrix
}

function planeOf({ system, isSwapped, centre, origin, matrix, inverse }: PlaneParts): TangentPlane {
  return {
    system,
    toSky({ x, y }) {
      const [first, second] = times(matrix, x - origin.x, y - origin.y)
      return isSwapped
        ? fromPlane(centre, second * DEGREE, first * DEGREE)
        : fromPlane(centre, first * DEGREE, second * DEGREE)
    },
    toPixel(place) {
      const plane = toPlane(centre, place)
      if (plane === undefined) return undefined
      const [east, north] = [plane.x / DEGREE, plane.y / DEGREE]
      const [x, y] = isSwapped ? times(inverse, north, east) : times(inverse, east, north)
      return { x: x + origin.x, y: y + origin.y }
    },
  }
}

/** The place in the sky of a point of the tangent plane, in radians eastward and northward. */
function fromPlane({ longitude, latitude }: SkyPlace, east: number, north: number): SkyPlace {
  const [sin, cos] = [Math.sin(latitude), Math.cos(latitude)]
  const across = cos - north * sin
  return {
    longitude: longitude + Math.atan2(east, across),
    latitude: Math.atan2(sin + north * cos, Math.hypot(east, across)),
  }
}

function toPlane(centre: SkyPlace, { longitude, latitude }: SkyPlace): Point | undefined {
  const [sin0, cos0] = [Math.sin(centre.latitude), Math.cos(centre.latitude)]
  const [sin, cos] = [Math.sin(latitude), Math.cos(latitude)]
  const turn = longitude - centre.longitude
  const towards = sin0 * sin + cos0 * cos * Math.cos(turn)
  if (!(towards > 1e-6)) return undefined
  return { x: (cos * Math.sin(turn)) / towards, y: (cos0 * sin - sin0 * cos * Math.cos(turn)) / towards }
}

const TYPE = /^([A-Z]+)-+TAN(?:-SIP)?$/

/** Names of axes that go around the sky, and of their partners. */
const PARTNERS: Readonly<Record<string, string>> = { RA: 'DEC', GLON: 'GLAT', ELON: 'ELAT' }

/** Which sky coordinates the axes are, and whether the one that goes around comes second. */
function axesOf(header: Header): { system: string; isSwapped: boolean } | undefined {
  const [first, second] = ['CTYPE1', 'CTYPE2'].map((keyword) => TYPE.exec(header.getString(keyword) ?? '')?.[1] ?? '')
  const equinox = equinoxOf(header)
  if (first && PARTNERS[first] === second) return { system: `${first} ${equinox}`, isSwapped: false }
  if (second && PARTNERS[second] === first) return { system: `${second} ${equinox}`, isSwapped: true }
  return undefined
}

/** ICRS, FK5 of J2000 and what says nothing are one for pictures; others are as far apart as the sky has moved. */
function equinoxOf(header: Header): string {
  const equinox = header.getNumber('EQUINOX') ?? header.getNumber('EPOCH')
  const frame = header.getString('RADESYS') ?? (equinox !== undefined && equinox < 1984 ? 'FK4' : 'FK5')
  if (frame === 'ICRS') return '2000'
  return String(equinox ?? (frame.startsWith('FK4') ? 1950 : 2000))
}

/** Degrees of the plane's axes per pixel: by the rows of the standard's CDi_j. */
function matrixOf(header: Header): Matrix | undefined {
  const value = (keyword: string, otherwise: number) => header.getNumber(keyword) ?? otherwise
  const hasCd = ['CD1_1', 'CD1_2', 'CD2_1', 'CD2_2'].some((keyword) => header.has(keyword))
  if (hasCd) return [value('CD1_1', 0), value('CD1_2', 0), value('CD2_1', 0), value('CD2_2', 0)]
  const [delt1, delt2] = [header.getNumber('CDELT1'), header.getNumber('CDELT2')]
  if (delt1 === undefined || delt2 === undefined) return undefined
  const hasPc = ['PC1_1', 'PC1_2', 'PC2_1', 'PC2_2'].some((keyword) => header.has(keyword))
  if (hasPc || !header.has('CROTA2'))
    return [delt1 * value('PC1_1', 1), delt1 * value('PC1_2', 0), delt2 * value('PC2_1', 0), delt2 * value('PC2_2', 1)]
  const turn = value('CROTA2', 0) * DEGREE
  return [delt1 * Math.cos(turn), -delt2 * Math.sin(turn), delt1 * Math.sin(turn), delt2 * Math.cos(turn)]
}

function inverseOf([a, b, c, d]: Matrix): Matrix | undefined {
  const determinant = a * d - b * c
  const inverse: Matrix = [d / determinant, -b / determinant, -c / determinant, a / determinant]
  return inverse.every(Number.isFinite) ? inverse : undefined
}

function times([a, b, c, d]: Matrix, x: number, y: number): [number, number] {
  return [a * x + b * y, c * x + d * y]
}
