import type { Samples } from '../pixel-scale.js'
import { isRiceLength } from '../reference/decode-rice.js'
import type { CodedTiles, RiceCoding } from '../rice-coding.js'
import { dequantizer, type IntegerConverter, scaler } from './integer-converters.js'
import type { Machine } from './machine.js'
import { roomFor, wholeFours } from './room.js'

/** Where tiles' coded bytes are counted from, where those of two are reversed to, and how many values a tile has. */
interface TilePlace {
  readonly from: number
  readonly bits: readonly [number, number]
  readonly count: number
}

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

  /** The physical values of many tiles of one length, two at a time. */
  decodeTiles(bytes: Uint8Array, tiles: CodedTiles, into: Samples): boolean | undefined {
    const { machine } = this
    const { starts, lengths, coding } = tiles
    const count = into.length / Math.max(1, starts.length)
    if (!lengths.every((length) => isRiceLength(length, count, coding))) return false
    const direct = machine.addressOf(bytes)
    const stride = wholeFours(count)
    const most = roomFor(Math.max(0, ...lengths))
    const integers = roomFor(2 * stride * 4)
    const values = into.BYTES_PER_ELEMENT === 4 ? 0 : roomFor(2 * stride * 8)
    const coded = direct === undefined ? roomFor(bytes.length) : 0
    return machine.borrow(integers + values + 2 * most + coded, (spare) => {
      const bits = spare + integers + values
      if (direct === undefined) machine.copyIn(bytes, bits + 2 * most)
      const place = { from: direct ?? bits + 2 * most, bits: [bits, bits + most] as const, count }
      for (let tile = 0; tile < starts.length; tile += 2) {
        const some = Math.min(2, starts.length - tile)
        if (!this.#decodeSome(tiles, tile, some, spare, place)) return false
        for (let i = 0; i < some; i++) {
          const part = into.subarray((tile + i) * count, (tile + i + 1) * count)
          // Floats of 32 bits take the places of their integers.
          this.#convert(tiles, tile + i, spare + i * stride * 4, values === 0 ? undefined : spare + integers, part)
        }
      }
      return true
    })
  }

  /** Makes values of a tile's integers: by way of memory that is lent, or in the integers' own. */
  #convert({ values }: CodedTiles, tile: number, from: number, lent: number | undefined, into: Samples): void {
    const { machine } = this
    const direct = into.length % 4 === 0 ? machine.addressOf(into) : undefined
    const to = direct ?? lent ?? from
    const convert =
      values.kind === 'scaled' ? scaler(machine, values.scale, into) : dequantizer(machine, values.tiles[tile]!, into)
    convert(from, to, wholeFours(into.length))
    if (direct === undefined) machine.copyOut(to, into)
  }

  /** Decodes two tiles side by side, or one. */
  #decodeSome(tiles: CodedTiles, tile: number, some: number, to: number, place: TilePlace): boolean {
    const { starts, lengths, coding } = tiles
    const { from, bits, count } = place
    const { kernels } = this.machine
    const width = coding.bytepix * 8
    const blocksize = Math.min(coding.blocksize, count)
    const first = [from + starts[tile]!, lengths[tile]!] as const
    if (some === 1) return kernels[`decodeRice${width}`]!(...first, to, count, blocksize, bits[0]) !== 0
    const second = [from + starts[tile + 1]!, lengths[tile + 1]!] as const
    return kernels[`decodeRicePair${width}`]!(...first, bits[0], ...second, bits[1], to, count, blocksize) !== 0
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
