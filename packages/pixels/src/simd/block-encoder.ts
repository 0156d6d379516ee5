import {
  BLOCK_SIDE,
  codesOf,
  factorsOf,
  MEAN_CODE,
  maxBlockBytes,
  WAVE_CODE,
  wordOf,
  ZIGZAG,
} from '../jpeg/jpeg-tables.js'
import type { Machine } from './machine.js'
import { roomFor } from './room.js'

/** Values that there is a code of for each number of zeros before them: from -32 to 31. */
const SHORT = 64

/** What the kernel takes for a block of coefficients. */
const COEFFICIENTS_BYTES = 136

/** What the kernel looks up: factors, places of the zigzag, and codes: of small values, of all sizes, and of means. */
function tablesOf(quality: number): Uint8Array {
  const waves = codesOf(WAVE_CODE)
  const places = Uint8Array.from(ZIGZAG, (at) => 2 * ((at % BLOCK_SIDE) * BLOCK_SIDE + Math.floor(at / BLOCK_SIDE)))
  const short = Uint32Array.from({ length: 16 * SHORT }, (_, i) =>
    wordOf(waves, Math.floor(i / SHORT), (i % SHORT) - SHORT / 2),
  )
  const parts = [factorsOf(quality), places, short, waves, codesOf(MEAN_CODE)]
  const tables = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const { buffer, byteLength } of parts) {
    tables.set(new Uint8Array(buffer), at)
    at += byteLength
  }
  return tables
}

/** Codes blocks of grey pixels. What it gives is undefined where its memory has no room for a row of them. */
export class BlockEncoder {
  #tables: { readonly quality: number; readonly bytes: Uint8Array } | undefined

  constructor(private readonly machine: Machine) {}

  /** How many bytes were written. */
  encode(pixels: Uint8Array, quality: number, into: Uint8Array): number | undefined {
    const { machine } = this
    if (this.#tables?.quality !== quality) this.#tables = { quality, bytes: tablesOf(quality) }
    const tables = this.#tables.bytes
    const width = pixels.length / BLOCK_SIDE
    const count = width / BLOCK_SIDE
    const output = roomFor(maxBlockBytes(count))
    const rooms = [roomFor(tables.length), roomFor(pixels.length), output] as const
    const work = roomFor(count * COEFFICIENTS_BYTES) + output
    return machine.borrow(rooms[0] + rooms[1] + rooms[2] + work, (at) => {
      const from = at + rooms[0]
      const to = from + rooms[1]
      machine.copyIn(tables, at)
      machine.copyIn(pixels, from)
      const length = machine.kernels.codeBlocks!(from, width, count, at, to, to + output)
      machine.copyOut(to, into.subarray(0, length))
      return length
    })
  }
}
