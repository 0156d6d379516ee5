/** No 64-bit integer has so many digits, nor a few zeros before them. */
const INTEGER = /^[+-]?\d{1,40}$/
const REAL = /^([+-]?)(\d*)(?:(\.)(\d*))?(?:[EeDd]?([+-]\d+)|[EeDd](\d+))?$/
const SPECIAL: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
}

/** The integer of a field's text; undefined where it is none. Blanks are left out, as old standards have it. */
export function parseAsciiInteger(text: string): bigint | undefined {
  const digits = text.replaceAll(' ', '')
  return INTEGER.test(digits) ? BigInt(digits.replace(/^\+/, '')) : undefined
}

/**
 * The number of a field's text, as Fortran reads it (FITS 4.0, section 7.2.5); undefined where it is none.
 *
 * The exponent has an E, a D, or only its sign. Text without a decimal point has it before the last `decimals` digits. NaN and the
 * infinities, which the standard does not have, are read by name.
 */
export function parseAsciiReal(text: string, decimals: number): number | undefined {
  const bare = text.replaceAll(' ', '')
  const match = REAL.exec(bare)
  if (!match) return specialOf(bare)
  const [, sign, whole, point, fraction = '', signed, unsigned] = match
  if (whole === '' && fraction === '') return undefined
  const exponent = Number(signed ?? unsigned ?? 0) - (point === undefined ? decimals : 0)
  return Number(`${sign}${whole || '0'}.${fraction}e${exponent}`)
}

function specialOf(text: string): number | undefined {
  const [, sign = '', name = ''] = /^([+-]?)([a-z]+)$/.exec(text.toLowerCase()) ?? []
  const value = Object.hasOwn(SPECIAL, name) ? SPECIAL[name]! : undefined
  return value !== undefined && sign === '-' ? -value : value
}
