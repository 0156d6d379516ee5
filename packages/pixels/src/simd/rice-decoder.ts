import type { Samples } from '../pixel-scale.js'
import { isRiceLength } from '../reference/decode-rice.js'
import type { RiceCoding } from '../rice-coding.js'
import type { IntegerConverter } from './integer-converters.js'
import type { Machine } from './machine.js'
import { roomFor, roomForReversed, wholeFours } from './room.js'

/** Decodes tiles by 57-bit windows. What it gives is undefined where its memory has no room for a tile. */
export class RiceDecoder {
  constructor(private readonly machine: Machine) {}

  /** The integers of a tile. */
  decode(bytes: Uint8Array, coding: RiceCoding, into: Int32Array): boolean | undefined {
    if (!isRiceLength(bytes.length, into.length, coding)) return false
    const { machine } = this
    const direct = coding.blocksize % 4 === 0 ? this.#directOf(into, into.length) : undefined
    const room = direct === undefined ? roomFor(into.byteLength) : 0
    return machine.borrow(room + roomFor(bytes.length) + roomForReversed(bytes.length), (spare) => {
      if (!this.#decodeAt(bytes, coding, direct ?? spare, into.length, spare + room)) return false
      if (direct === undefined) machine.copyOut(spare, into)
      return true
    })
  }

  /** The physical values of a tile. */
  decodeValues(bytes: Uint8Array, coding: RiceCoding, into: Samples, convert: IntegerConverter): boolean | undefined {
    if (!isRiceLength(bytes.length, into.length, coding)) return false
    const { machine } = this
    const integers = roomFor(4 * into.length)
    const direct = this.#directOf(into, into.length)
    const room = integers + (direct === undefined ? roomFor(into.byteLength) : 0)
    return machine.borrow(room + roomFor(bytes.length) + roomForReversed(bytes.length), (spare) => {
      if (!this.#decodeAt(bytes, coding, spare, into.length, spare + room)) return false
      const to = direct ?? spare + integers
      convert(spare, to, wholeFours(into.length))
      if (direct === undefined) machine.copyOut(to, into)
      return true
    })
  }

  /** Where values of tiles of so many can be made, without any being written behind a tile. */
  #directOf(into: Int32Array | Samples, count: number): number | undefined {
    return count % 4 === 0 ? this.machine.addressOf(into) : undefined
  }

  /** Decodes to an address; `spare` has room for the tile's bytes, and for decoding them. */
  #decodeAt(bytes: Uint8Array, { bytepix, blocksize }: RiceCoding, to: number, count: number, spare: number): boolean {
    const { machine } = this
    const address = machine.addressOf(bytes)
    if (address === undefined) machine.copyIn(bytes, spare)
    const work = spare + roomFor(bytes.length)
    const block = Math.min(blocksize, count)
    return machine.kernels.decodeRice!(address ?? spare, bytes.length, to, count, block, work, bytepix * 8) !== 0
  }
}
