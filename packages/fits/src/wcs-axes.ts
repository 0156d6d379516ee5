import { invalid, unsupported } from './errors.js'
import type { Header } from './header.js'

/** What the first two axes of an image are, where they are a place in the sky. */
export interface SkyAxes {
  /** The axis of longitude, 1 or 2; the other one is that of latitude. */
  readonly lon: 1 | 2
  /** What their coordinates are, and of which time: those of two images can be compared where this is equal. */
  readonly system: string
  /** Degrees in a unit of axis 1 and of axis 2. */
  readonly units: readonly [number, number]
}

const TYPE = /^([A-Z]{1,4}?)-+([A-Z]{3})(-SIP)?$/

/** Names of longitudes, and of their latitudes. */
const PARTNERS: Readonly<Record<string, string>> = { RA: 'DEC', GLON: 'GLAT', ELON: 'ELAT', SLON: 'SLAT', HLON: 'HLAT' }

/** Degrees in a unit, by the names that files have for them. */
const UNITS: Readonly<Record<string, number>> = {
  deg: 1,
  degree: 1,
  degrees: 1,
  arcmin: 1 / 60,
  arcsec: 1 / 3600,
  mas: 1 / 3_600_000,
  rad: 180 / Math.PI,
}

/**
 * What the axes are by CTYPE1 and CTYPE2; undefined where they are no longitude and latitude.
 *
 * @throws FITS_UNSUPPORTED when their projection is another than TAN.
 * @throws FITS_INVALID when a unit is none of an angle.
 */
export function skyAxesOf(header: Header): SkyAxes | undefined {
  const [first, second] = [1, 2].map((axis) => TYPE.exec((header.getString(`CTYPE${axis}`) ?? '').trim()))
  if (!first || !second) return undefined
  const [name1, name2] = [first[1]!, second[1]!]
  const lon = isPair(name1, name2) ? 1 : isPair(name2, name1) ? 2 : undefined
  if (lon === undefined) return undefined
  if (first[2] !== 'TAN' || second[2] !== 'TAN') {
    const types = `${first[0]} and ${second[0]}`
    throw unsupported(`the world coordinates are ${types}; this reader knows TAN and TAN-SIP`, { keyword: 'CTYPE1' })
  }
  const longitude = lon === 1 ? name1 : name2
  const system = longitude === 'GLON' ? longitude : `${longitude} ${equinoxOf(header)}`
  return { lon, system, units: [unitOf(header, 1), unitOf(header, 2)] }
}

/** Whether the names are those of a longitude and its latitude: `xxLN` and `xxLT`, `xLON` and `xLAT` are, too. */
function isPair(lon: string, lat: string): boolean {
  if (Object.hasOwn(PARTNERS, lon)) return PARTNERS[lon] === lat
  return (/^..LN$/.test(lon) && lat === `${lon.slice(0, 2)}LT`) || (/^.LON$/.test(lon) && lat === `${lon[0]}LAT`)
}

/** ICRS, FK5 of J2000 and what says nothing are one to far less than a pixel; others are as far apart as the sky has moved. */
function equinoxOf(header: Header): string {
  const equinox = header.getNumber('EQUINOX') ?? header.getNumber('EPOCH')
  const frame =
    header.getString('RADESYS') ??
    header.getString('RADECSYS') ??
    (equinox !== undefined && equinox < 1984 ? 'FK4' : 'FK5')
  if (frame.trim() === 'ICRS') return '2000'
  return String(equinox ?? (frame.startsWith('FK4') ? 1950 : 2000))
}

function unitOf(header: Header, axis: 1 | 2): number {
  const name = header.getString(`CUNIT${axis}`)?.trim().toLowerCase() ?? ''
  if (name === '') return 1
  const unit = Object.hasOwn(UNITS, name) ? UNITS[name] : undefined
  if (unit !== undefined) return unit
  throw invalid(`CUNIT${axis} is '${name.slice(0, 40)}', which is no angle`, { keyword: `CUNIT${axis}` })
}
