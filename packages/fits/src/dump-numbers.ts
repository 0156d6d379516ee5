import { createHash, type Hash } from 'node:crypto'
import type { CardValue } from './card-value.js'

/** A number in JSON: what JSON cannot hold is a string, or `{ int }` beyond 2^53. */
export type DumpNumber = number | string | { readonly int: string }

/** A header value in JSON. */
export type DumpValue = DumpNumber | boolean | null | { readonly re: DumpNumber; readonly im: DumpNumber }

/** One NaN for all. */
const NAN_BITS = 0x7ff8000000000000n

/** The number as JSON has it. */
export function dumpNumber(value: number | bigint): DumpNumber {
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Math.abs(number) <= 2 ** 53 && BigInt(number) === value ? number : { int: String(value) }
  }
  return Number.isFinite(value) ? value : String(value)
}

/** The header value as JSON has it. */
export function dumpValue(value: CardValue): DumpValue {
  if (typeof value === 'number' || typeof value === 'bigint') return dumpNumber(value)
  return value !== null && typeof value === 'object' ? { re: dumpNumber(value.re), im: dumpNumber(value.im) } : value
}

/** The sha256 of numbers in one canonical form, added part by part. */
export class NumberHash {
  readonly #hash: Hash = createHash('sha256')

  /** Adds numbers as float64, little-endian, without negative zero and with one NaN. */
  addFloats(values: ArrayLike<number | bigint>): void {
    const floats = new Float64Array(values.length)
    const bits = new BigUint64Array(floats.buffer)
    for (let i = 0; i < floats.length; i++) {
      const value = Number(values[i]!)
      if (Number.isNaN(value)) bits[i] = NAN_BITS
      else floats[i] = value + 0
    }
    this.addBytes(littleEndian(floats))
  }

  /** Adds integers as 64 bits, little-endian, in two's complement. */
  addIntegers(values: ArrayLike<number | bigint>): void {
    const integers = new BigUint64Array(values.length)
    for (let i = 0; i < integers.length; i++) integers[i] = BigInt.asUintN(64, BigInt(values[i]!))
    this.addBytes(littleEndian(integers))
  }

  addBytes(bytes: Uint8Array): void {
    this.#hash.update(bytes)
  }

  /** Ends the adding. */
  digest(): string {
    return this.#hash.digest('hex')
  }
}

function littleEndian(values: Float64Array | BigUint64Array): Uint8Array {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? bytes : bytes.swap64()
}
