import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Samples } from '@datalab/fits'
import { MemorySource } from '@datalab/testing'

interface Expected {
  readonly bitpix: number
  readonly shape: readonly [height: number, width: number]
  /** The hash of the result. */
  readonly sha256: string
}

const folder = new URL('fixtures/', import.meta.url)

/** What numpy makes of the frames beside it: by the name of the first, what it is less each of the others. */
export const expectations = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Record<
  string,
  Record<string, Expected>
>

/** The frames as files. */
export const fixtures = new MemorySource(
  Object.fromEntries(Object.keys(expectations).map((name) => [name, readFileSync(new URL(`${name}.fits`, folder))])),
)

/** As the oracle hashes: float64, little-endian, one NaN, no negative zero. */
export function hashOf(samples: Samples): string {
  const doubles = Float64Array.from(samples, (value) => (Number.isNaN(value) ? Number.NaN : value + 0))
  return createHash('sha256').update(new Uint8Array(doubles.buffer)).digest('hex')
}
