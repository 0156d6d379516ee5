import { wrongArgument } from './errors.js'
import type { Fits } from './fits.js'
import type { Hdu } from './hdu.js'
import type { Header } from './header.js'
import { showValue } from './show-value.js'

/**
 * Refuses options that are no object, or have a signal that is none: what JavaScript would only stumble over later.
 *
 * @throws FITS_ARGUMENT, which names the value.
 */
export function checkOptions(options: object): void {
  if (typeof options !== 'object' || options === null) {
    throw wrongArgument(`options are ${showValue(options)}, but must be an object, such as { signal }, or left out`)
  }
  const { signal } = options as { readonly signal?: AbortSignal }
  if (signal === undefined) return
  if (typeof signal?.throwIfAborted === 'function' && typeof signal.addEventListener === 'function') return
  throw wrongArgument(`signal is ${showValue(signal)}, but must be an AbortSignal`, { option: 'signal' })
}

/**
 * Refuses a limit that is no number of bytes, or less than one; Infinity is none.
 *
 * @throws FITS_ARGUMENT, which names the option.
 */
export function checkLimit(option: string, value: number | undefined): void {
  if (value === undefined || (typeof value === 'number' && value >= 1)) return
  throw wrongArgument(`${option} is ${showValue(value)}, but must be a number of bytes, at least 1`, { option })
}

/**
 * Refuses what is neither the place of an HDU nor its name, and what is no version.
 *
 * @throws FITS_ARGUMENT, which names the value.
 */
export function checkHdu({ hdu, extver }: { readonly hdu?: unknown; readonly extver?: unknown }): void {
  const isPlace = typeof hdu === 'number' && Number.isInteger(hdu) && hdu >= 0
  if (hdu !== undefined && typeof hdu !== 'string' && !isPlace) {
    throw wrongArgument(`hdu is ${showValue(hdu)}, but must be a place in the file, counted from 0, or a name`, {
      option: 'hdu',
    })
  }
  if (extver === undefined || (Number.isInteger(extver) && typeof hdu === 'string')) return
  throw wrongArgument(`extver is ${showValue(extver)}, but must be an integer, beside the name of an HDU`, {
    option: 'extver',
  })
}

/**
 * Refuses what is no open file.
 *
 * @throws FITS_ARGUMENT, which names the value.
 */
export function checkFits(fits: Fits): void {
  if (Array.isArray(fits?.hdus)) return
  throw wrongArgument(`${showValue(fits)} is no open file; give what openFits gives`)
}

/**
 * Refuses what is no HDU of an open file.
 *
 * @throws FITS_ARGUMENT, which names the value.
 */
export function checkIsHdu(hdu: Hdu): void {
  if (hdu?.storedHeader) return
  throw wrongArgument(`${showValue(hdu)} is no HDU; give one of those that an open file has, such as fits.hdus[0]`)
}

/**
 * Refuses what is no header.
 *
 * @throws FITS_ARGUMENT, which names the value.
 */
export function checkHeader(header: Header): void {
  if (typeof header?.getNumber === 'function') return
  throw wrongArgument(
    `${showValue(header)} is no Header; give the header of an image or an HDU, or Header.parse(bytes)`,
  )
}
