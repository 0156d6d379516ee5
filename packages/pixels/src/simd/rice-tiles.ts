import type { CodedTiles } from '../rice-coding.js'
import { dequantizer, type IntegerConverter, scaler } from './integer-converters.js'
import type { Machine } from './machine.js'
import { roomFor, roomForReversed, wholeFours } from './room.js'

/** Tiles that are decoded side by side. */
const ABREAST = 4

/** Addresses: what the tiles' starts are counted from, where the first one's values go, and of memory that is lent. */
interface Places {
  readonly from: number
  readonly to: number
  readonly spare: number
}

/** Decodes tiles of one length in the memory, four at a time. */
export class RiceTiles {
  /** The bytes that it has to be lent. */
  readonly room: number
  /** How far the integers of two tiles are apart, and the bytes of two, reversed. */
  readonly #next: number
  readonly #reversed: number
  readonly #converter: (tile: number) => IntegerConverter

  /**
   * @param count values of a tile
   * @param bytes of each of them: 4 or 8
   */
  constructor(
    private readonly machine: Machine,
    private readonly tiles: CodedTiles,
    private readonly count: number,
    private readonly bytes: number,
  ) {
    const { values, coding, lengths } = tiles
    this.#next = roomFor(4 * count)
    this.#reversed = roomForReversed(lengths.reduce((most, length) => Math.max(most, length), 0))
    this.room = ABREAST * (this.#next + this.#reversed)
    if (values.kind === 'scaled') {
      const convert = scaler(machine, values.scale, coding, bytes)
      this.#converter = () => convert
    } else this.#converter = (tile) => dequantizer(machine, values.tiles[tile]!, bytes)
  }

  /** Makes the values of the tiles from one up to, not including, another. False where the bytes of one end too early. */
  decode(first: number, end: number, { from, to, spare }: Places): boolean {
    const { count, bytes } = this
    const work = spare + ABREAST * this.#next
    for (let tile = first; tile < end; tile += ABREAST) {
      const some = Math.min(ABREAST, end - tile)
      const areWhole =
        some === ABREAST ? this.#decodeFour(tile, from, spare, work) : this.#decodeEach(tile, some, from, spare, work)
      if (!areWhole) return false
      for (let i = 0; i < some; i++) {
        const convert = this.#converter(tile + i)
        convert(spare + i * this.#next, to + (tile + i - first) * count * bytes, wholeFours(count))
      }
    }
    return true
  }

  #decodeFour(tile: number, from: number, to: number, work: number): boolean {
    const { starts, lengths, coding } = this.tiles
    const { count } = this
    return (
      this.machine.kernels.decodeRiceFour!(
        ...[from + starts[tile]!, lengths[tile]!, from + starts[tile + 1]!, lengths[tile + 1]!],
        ...[from + starts[tile + 2]!, lengths[tile + 2]!, from + starts[tile + 3]!, lengths[tile + 3]!],
        ...[to, this.#next, count, Math.min(coding.blocksize, count), work, this.#reversed, coding.bytepix * 8],
      ) !== 0
    )
  }

  #decodeEach(tile: number, some: number, from: number, to: number, work: number): boolean {
    const { starts, lengths, coding } = this.tiles
    const { count } = this
    const block = Math.min(coding.blocksize, count)
    const decode = this.machine.kernels.decodeRice!
    for (let i = tile; i < tile + some; i++) {
      const target = to + (i - tile) * this.#next
      const isWhole = decode(from + starts[i]!, lengths[i]!, target, count, block, work, coding.bytepix * 8) !== 0
      if (!isWhole) return false
    }
    return true
  }
}
