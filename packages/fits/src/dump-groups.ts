import { decodeSamples } from './decode-samples.js'
import { type DumpImage, ImageSummary } from './dump-image.js'
import type { Hdu } from './hdu.js'
import type { Bitpix } from './hdu-layout.js'
import { requireInteger } from './require-integer.js'
import { scaleOf } from './scale.js'

/** What is said of random groups: their arrays, without the parameters before them. */
export interface DumpGroups {
  readonly gcount: number
  readonly pcount: number
  readonly data: DumpImage
}

/** The most bytes of groups that are looked at. */
const MAX_BYTES = 64 * 1024 * 1024

/** The arrays of all groups in a few numbers and a hash (FITS 4.0, section 6); undefined where there is too much of them. */
export async function dumpGroups(hdu: Hdu): Promise<DumpGroups | undefined> {
  if (hdu.dataLength > MAX_BYTES) return undefined
  const { storedHeader } = hdu
  const gcount = requireInteger(storedHeader, 'GCOUNT', { min: 0, fallback: 1 })
  const pcount = requireInteger(storedHeader, 'PCOUNT', { min: 0, fallback: 0 })
  const shape = [gcount, ...hdu.shape.slice(0, -1)]
  const values = await valuesOf(hdu)
  const group = gcount === 0 ? 0 : values.length / gcount
  const summary = new ImageSummary(Math.max(0, group - pcount) * gcount)
  for (let at = 0; at < values.length; at += group) summary.add(values.subarray(at + pcount, at + group))
  return { gcount, pcount, data: { shape, dtype: 'float64', ...summary.result() } }
}

async function valuesOf(hdu: Hdu): Promise<Float64Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of hdu.storedBytes('data')) pieces.push(piece)
  const bytes = Uint8Array.from(Buffer.concat(pieces).subarray(0, hdu.dataLength))
  const values = new Float64Array((bytes.length * 8) / Math.abs(hdu.bitpix))
  const bitpix = hdu.bitpix as Bitpix
  decodeSamples(bytes, bitpix, scaleOf(hdu.storedHeader, bitpix), values)
  return values
}
