import type { Bitpix } from './hdu-layout.js'
import type { Header } from './header.js'

/** How stored numbers become physical values: `stored * bscale + bzero`, and `blank` is no value (FITS 4.0, section 4.4.2.5). */
export interface Scale {
  readonly bscale: number
  readonly bzero: number
  /** The stored integer that means "no value"; undefined where every integer is one, and for floats, which have NaN. */
  readonly blank: number | bigint | undefined
}

/** Stored numbers as they are. */
export const NO_SCALE: Scale = { bscale: 1, bzero: 0, blank: undefined }

/** The scale in a header, of pixels of type `bitpix`. Malformed keywords count as missing. */
export function scaleOf(header: Header, bitpix: Bitpix): Scale {
  const blank = header.get('BLANK')
  const isInteger = Number.isInteger(blank) || typeof blank === 'bigint'
  return {
    bscale: header.getNumber('BSCALE') ?? 1,
    bzero: header.getNumber('BZERO') ?? 0,
    blank: bitpix > 0 && isInteger ? (blank as number | bigint) : undefined,
  }
}

/** Whether stored values are physical values, bit for bit. */
export function isIdentity(scale: Scale): boolean {
  return scale.bscale === 1 && scale.bzero === 0 && scale.blank === undefined
}
