import type { Samples } from '../pixel-scale.js'
import { isRiceLength } from '../reference/decode-rice.js'
import type { RiceCoding } from '../rice-coding.js'
import type { IntegerConverter } from './integer-converters.js'
import type { Machine } from './machine.js'
import { roomFor, wholeFours } from './room.js'

/** Decodes tiles by 64-bit windows. What it gives is undefined where its memory has no room for a tile. */
export class RiceDecoder {
  constructor(private readonly machine: Machine) {}

  /** The integers of a tile. */
  decode(bytes: Uint8Array, coding: RiceCoding, into: Int32Array): boolean | undefined {
    if (!isRiceLength(bytes.length, into.length, coding)) return false
    const { machine } = this
    const direct = machine.addressOf(into)
    const room = direct === undefined ? roomFor(into.byteLength) : 0
    return machine.borrow(room + 2 * roomFor(bytes.length), (spare) => {
      const isWhole = this.#decodeAt(bytes, coding, direct ?? spare, into.length, spare + room)
      if (isWhole && direct === undefined) machine.copyOut(spare, into)
      return isWhole
    })
  }

  /** The physical values of a tile. */
  decodeValues(bytes: Uint8Array, coding: RiceCoding, into: Samples, convert: IntegerConverter): boolean | undefined {
    if (!isRiceLength(bytes.length, into.length, coding)) return false
    const { machine } = this
    const integers = roomFor(4 * into.length)
    const direct = into.length % 4 === 0 ? machine.addressOf(into) : undefined
    const room = integers + (direct === undefined ? roomFor(into.byteLength) : 0)
    return machine.borrow(room + 2 * roomFor(bytes.length), (spare) => {
      if (!this.#decodeAt(bytes, coding, spare, into.length, spare + room)) return false
      const to = direct ?? spare + integers
      convert(spare, to, wholeFours(into.length))
      if (direct === undefined) machine.copyOut(to, into)
      return true
    })
  }

  /** Decodes to an address; `spare` has room for the tile's bytes, twice. */
  #decodeAt(bytes: Uint8Array, coding: RiceCoding, to: number, count: number, spare: number): boolean {
    const { machine } = this
    const { bytepix, blocksize } = coding
    const address = machine.addressOf(bytes)
    if (address === undefined) machine.copyIn(bytes, spare)
    const reversed = spare + roomFor(bytes.length)
    const decode = machine.kernels[`decodeRice${bytepix * 8}`]!
    return decode(address ?? spare, bytes.length, to, count, Math.min(blocksize, count), reversed) !== 0
  }
}
