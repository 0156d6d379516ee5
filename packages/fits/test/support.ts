import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { PixelArray } from '../src/encode-samples.js'

/** What astropy read from a fixture. */
interface ExpectedImage {
  readonly shape: readonly number[]
  readonly nan: number
  readonly sha256: string
}

export interface Expected {
  readonly images: Readonly<Record<string, ExpectedImage>>
  readonly zscale: readonly { readonly name: string; readonly low: number; readonly high: number }[]
}

export function fixture(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))
}

export function fixtureBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(fixture(name)))
}

const plain = JSON.parse(readFileSync(fixture('expected.json'), 'utf8')) as Expected
const compressed = JSON.parse(readFileSync(fixture('expected-compressed.json'), 'utf8')) as Expected['images']

export const expected: Expected = { ...plain, images: { ...plain.images, ...compressed } }

/** sha256 of the values as float64, with one NaN and no negative zero. */
export function hashOf(values: ArrayLike<number>): string {
  const doubles = Float64Array.from(values, (value) => (Number.isNaN(value) ? Number.NaN : value + 0))
  return createHash('sha256').update(new Uint8Array(doubles.buffer)).digest('hex')
}

/** FITS bytes of cards given as text, and data behind them. Mandatory cards get the fixed format that they need. */
export function fitsBytes(cards: readonly string[], data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = [...cards, 'END'].map((card) => inFixedFormat(card).padEnd(80)).join('')
  const header = Buffer.from(text.padEnd(Math.ceil(text.length / 2880) * 2880), 'latin1')
  return new Uint8Array(Buffer.concat([header, data, new Uint8Array((2880 - (data.length % 2880)) % 2880)]))
}

function inFixedFormat(card: string): string {
  const [, keyword, value] = /^((?:SIMPLE|BITPIX|NAXIS\d*|PCOUNT|GCOUNT|TFIELDS) *)= (T|F|-?\d+)$/.exec(card) ?? []
  return value === undefined ? card : `${keyword}= ${value.padStart(20)}`
}

/** The pieces as one array. */
export function joined(pieces: Iterable<Uint8Array>): Uint8Array {
  return new Uint8Array(Buffer.concat([...pieces]))
}

export function bytesOf(data: PixelArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** The code of what the promise is rejected with. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'resolved',
    (error: { code?: unknown; name?: unknown }) => error.code ?? error.name,
  )
}
