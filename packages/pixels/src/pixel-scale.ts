/** How pixels are stored in FITS files: unsigned 8-bit integers, signed ones of 16, 32 or 64 bits, floats of 32 or 64 bits. */
export type Bitpix = 8 | 16 | 32 | 64 | -32 | -64

/** Physical values. */
export type Samples = Float32Array | Float64Array

/** How stored numbers become physical values: `stored * bscale + bzero`, and `blank` is no value (FITS 4.0, section 4.4.2.5). */
export interface PixelScale {
  readonly bscale: number
  readonly bzero: number
  /** The stored integer that stands for NaN; undefined where every integer is a value. Of no meaning for floats. */
  readonly blank: number | bigint | undefined
}

/** Stored numbers as they are. */
export const NO_SCALE: PixelScale = { bscale: 1, bzero: 0, blank: undefined }

/** Whether stored values are physical values, bit for bit. */
export function isIdentity({ bscale, bzero, blank }: PixelScale): boolean {
  return bscale === 1 && bzero === 0 && blank === undefined
}

/** Whether 64-bit integers are meant to be unsigned: stored with the highest bit flipped. */
export function isUnsigned64({ bscale, bzero }: PixelScale): boolean {
  return bscale === 1 && bzero === 2 ** 63
}

/** BLANK as an integer of `bits`; undefined where there is none, or it is none that can be stored. */
export function blankOf({ blank }: PixelScale, bits: 8 | 16 | 32 | 64): bigint | undefined {
  if (blank === undefined || (typeof blank === 'number' && !Number.isInteger(blank))) return undefined
  const integer = BigInt(blank)
  const stored = bits === 8 ? BigInt.asUintN(8, integer) : BigInt.asIntN(bits, integer)
  return stored === integer ? integer : undefined
}
