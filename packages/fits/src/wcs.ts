import type { Card } from './card.js'
import { checkHeader } from './check-arguments.js'
import { invalid, unsupported } from './errors.js'
import { Gnomonic, type SkyPlace } from './gnomonic.js'
import type { Header } from './header.js'
import { Sip } from './sip.js'
import { type SkyAxes, skyAxesOf } from './wcs-axes.js'
import { inverseOf, type Matrix, matrixOf, times } from './wcs-matrix.js'

/** A place in an image: (0, 0) is the centre of its first pixel, x goes along rows, y from row to row. FITS headers count from 1. */
export interface PixelPlace {
  readonly x: number
  readonly y: number
}

/**
 * The world coordinates in a header, where they are TAN or TAN-SIP: from pixels to the sky, and back.
 *
 * The axes may be in either order, and further axes are not looked at. CD, PC with CDELT, and CDELT with CROTA are understood, also by the
 * names that old files have for them (CD001001, PC001001), LONPOLE, and SIP distortions, also where CTYPE does not name them, as astropy has
 * it.
 *
 * @returns undefined when the first two axes are no place in the sky.
 * @throws FITS_UNSUPPORTED when the projection is another, or there are other distortions (PV, or tables by CPDIS, D2IMDIS).
 * @throws FITS_INVALID when the keywords leave no reading: a matrix without an inverse, a unit that is no angle.
 * @example
 * const wcs = readWcs((await readImage('m13.fits')).header)
 * if (wcs) console.log(wcs.pixelToSky(0, 0), wcs.skyToPixel(250.42, 36.46))
 */
export function readWcs(header: Header): TangentWcs | undefined {
  checkHeader(header)
  const axes = skyAxesOf(header)
  if (axes === undefined) return undefined
  const sip = Sip.of(header)
  checkDistortions(header, axes, sip !== undefined)
  return new TangentWcs(partsOf(header, axes, sip))
}

/** What world coordinates are made of. */
interface WcsParts {
  readonly axes: SkyAxes
  /** The reference pixel. */
  readonly origin: PixelPlace
  /** From pixels to degrees along axis 1 and 2. */
  readonly matrix: Matrix
  readonly inverse: Matrix
  readonly sip: Sip | undefined
  readonly projection: Gnomonic
}

/** World coordinates of an image in the gnomonic projection: see `readWcs`. */
export class TangentWcs {
  readonly #parts: WcsParts

  /** @internal */
  constructor(parts: WcsParts) {
    this.#parts = parts
  }

  /** Which coordinates the sky has, such as `RA 2000` or `GLON`: places of two images can be compared where this is equal. */
  get system(): string {
    return this.#parts.axes.system
  }

  /** The place in the sky of a pixel, in degrees. */
  pixelToSky(x: number, y: number): SkyPlace {
    const { axes, origin, matrix, sip, projection } = this.#parts
    const offset = [x - origin.x, y - origin.y] as const
    const [u, v] = sip ? sip.undistorted(offset) : offset
    const [first, second] = times(matrix, u, v)
    return axes.lon === 1 ? projection.toSky(first, second) : projection.toSky(second, first)
  }

  /** The pixel of a place in the sky, in degrees; undefined where the projection shows it nowhere: 90 degrees from its centre and beyond. */
  skyToPixel(lon: number, lat: number): PixelPlace | undefined {
    const { axes, origin, inverse, sip, projection } = this.#parts
    const plane = projection.toPlane({ lon, lat })
    if (plane === undefined) return undefined
    const [across, along] = plane
    const offset = axes.lon === 1 ? times(inverse, across, along) : times(inverse, along, across)
    const found = sip ? sip.distorted(offset) : offset
    return found && { x: found[0] + origin.x, y: found[1] + origin.y }
  }
}

function partsOf(header: Header, axes: SkyAxes, sip: Sip | undefined): WcsParts {
  const matrix = matrixOf(header, axes)
  const values = [1, 2].map((axis) => numberOf(header, `CRVAL${axis}`) * axes.units[axis - 1]!)
  const [lon, lat] = axes.lon === 1 ? [values[0]!, values[1]!] : [values[1]!, values[0]!]
  if (Math.abs(lat) > 90) throw invalid(`the latitude in CRVAL is ${lat} degrees`, { keyword: 'CRVAL2' })
  return {
    axes,
    // FITS counts pixels from 1.
    origin: { x: numberOf(header, 'CRPIX1') - 1, y: numberOf(header, 'CRPIX2') - 1 },
    matrix,
    inverse: inverseOf(matrix),
    sip,
    projection: new Gnomonic({ lon, lat }, poleOf(header, lat, sip ? undefined : axes.lon)),
  }
}

/**
 * The native longitude of the sky's pole: PVi_3, else LONPOLE, of which 999 says nothing; else that of the standard.
 *
 * @param i The axis of longitude; undefined where PVi_m are something else.
 */
function poleOf(header: Header, lat: number, i: 1 | 2 | undefined): number {
  const parameter = (m: number) => (i === undefined ? undefined : header.getNumber(`PV${i}_${m}`))
  const given = parameter(3) ?? header.getNumber('LONPOLE')
  if (given !== undefined && given !== 999) return given
  return (parameter(1) ?? 0) + (lat >= 90 ? 0 : 180)
}

/** The number of a keyword; 0 where it is missing, as the standard has it. */
function numberOf(header: Header, keyword: string): number {
  if (!header.has(keyword)) return 0
  const value = header.getNumber(keyword)
  if (value !== undefined) return value
  throw invalid(`${keyword} is ${JSON.stringify(header.get(keyword))}, but must be a number`, { keyword })
}

/**
 * Refuses distortions that are not undone here. Polynomials of SCAMP (PVi_m) beside those of SIP say the same once more, and are not looked at;
 * those of a latitude below PVi_5 mean nothing to TAN, and those of a longitude are where its pole lies (FITS 4.0, table 25): only that of
 * PVi_2, the native latitude of the reference point, may be another one than TAN has.
 */
function checkDistortions(header: Header, { lon }: SkyAxes, hasSip: boolean): void {
  const isOther = ({ keyword, value }: Card) => {
    if (/^(?:CPDIS|CQDIS|D2IMDIS)[12]$/.test(keyword)) return true
    const [, axis, term] = /^PV([12])_(\d+)$/.exec(keyword) ?? []
    if (term === undefined || hasSip) return false
    return Number(term) > 4 || (Number(axis) === lon && term === '2' && value !== 90)
  }
  const found = header.cards.find((card) => !card.isCommentary && isOther(card))
  if (found === undefined) return
  throw unsupported(`the world coordinates are distorted by ${found.keyword}; this reader knows SIP`, {
    keyword: found.keyword,
  })
}
