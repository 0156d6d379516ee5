import { wrongArgument } from './errors.js'
import { swapBytes } from './swap-bytes.js'

/** Arrays that can be written as pixels. */
export type PixelArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array

const PIXEL_ARRAYS = [
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  BigUint64Array,
  BigInt64Array,
  Float32Array,
  Float64Array,
]

/** @throws TypeError for what is no array of pixels. */
export function checkPixelArray(data: unknown): void {
  if (PIXEL_ARRAYS.some((type) => data instanceof type)) return
  const found = Object.prototype.toString.call(data).slice(8, -1)
  const names = PIXEL_ARRAYS.map(({ name }) => name).join(', ')
  throw wrongArgument(`pixels are given in a typed array, not in what is ${found}; the types are ${names}`)
}

/** How an array type is stored: BITPIX, and the BZERO that stands for the sign it lacks (FITS 4.0, table 11). */
export interface PixelFormat {
  readonly bitpix: 8 | 16 | 32 | 64 | -32 | -64
  readonly bzero: number | bigint | undefined
}

/** How the array's type is stored. */
export function pixelFormat(data: PixelArray): PixelFormat {
  if (data instanceof Float32Array) return { bitpix: -32, bzero: undefined }
  if (data instanceof Float64Array) return { bitpix: -64, bzero: undefined }
  if (data instanceof Int8Array) return { bitpix: 8, bzero: -128 }
  if (data instanceof Uint16Array) return { bitpix: 16, bzero: 32_768 }
  if (data instanceof Uint32Array) return { bitpix: 32, bzero: 2_147_483_648 }
  if (data instanceof BigUint64Array) return { bitpix: 64, bzero: 2n ** 63n }
  return { bitpix: (data.BYTES_PER_ELEMENT * 8) as PixelFormat['bitpix'], bzero: undefined }
}

/** The pixels as a FITS file holds them: big-endian, in memory of their own. The data are only read. */
export function encodeSamples(data: PixelArray): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.byteLength)
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  swapBytes(bytes, data.BYTES_PER_ELEMENT)
  if (pixelFormat(data).bzero !== undefined) flipSigns(bytes, data.BYTES_PER_ELEMENT)
  return bytes
}

/** Adds BZERO, or takes it away: it is the weight of the highest bit of each number. */
function flipSigns({ buffer, length }: Uint8Array<ArrayBuffer>, size: number): void {
  const flips = Uint8Array.from({ length: 8 }, (_, i) => (i % size === 0 ? 0x80 : 0))
  const [even, odd] = new Int32Array(flips.buffer)
  const words = new Int32Array(buffer, 0, length >> 2)
  for (let i = 0; i < words.length; i++) words[i] = words[i]! ^ (i % 2 === 0 ? even! : odd!)
  const bytes = new Uint8Array(buffer)
  for (let i = words.byteLength; i < length; i += size) bytes[i] = bytes[i]! ^ 0x80
}
