import type { EncodedBand, RowCoding } from '../encode/encoded-band.js'
import { type Noise, planQuantization } from '../plan-quantization.js'
import { type Dithering, type Quantization, type Quantizing, zeroMarkOf } from '../quantization.js'
import { RANDOM_COUNT } from '../random-sequence.js'
import { maxRiceBytes, type RiceCoding, ROW_CODING } from '../rice-coding.js'
import type { Machine } from './machine.js'
import { BEHIND, roomFor } from './room.js'

/** Rooms of a tile: itself, its values without NaN or its integers, three kinds of differences, and what may be touched behind. */
const COPIES = 6

/** What a row needs in tables: two doubles, and a length. */
const TABLE_BYTES = 20

/** What the kernels for rows take besides: what is learnt of a row, and the codes of a block. */
const ROW_SPARE = 64 + 32 * 4

/** As the kernels number them. */
const DITHERINGS: readonly Dithering[] = ['NO_DITHER', 'SUBTRACTIVE_DITHER_1', 'SUBTRACTIVE_DITHER_2']

/** The room for so many rows: themselves, what they become, and what the kernels take for one. */
export function rowsRoom(rows: number, width: number): number {
  const bytes = rows * width * Float32Array.BYTES_PER_ELEMENT
  const coded = roomFor(bytes + maxRiceBytes(width, ROW_CODING))
  const work = roomFor(ROW_SPARE + 4 * roomFor(width * Float32Array.BYTES_PER_ELEMENT))
  return roomFor(bytes) + coded + roomFor(rows * TABLE_BYTES) + work
}

/** How many rows there is such a room for. */
function rowsIn(room: number, width: number): number {
  const [none, one] = [rowsRoom(0, width) + 4 * BEHIND, 2 * width * Float32Array.BYTES_PER_ELEMENT + TABLE_BYTES]
  return Math.floor((room - none) / one)
}

/** Quantises and codes tiles. What it gives is undefined where its memory has no room for a tile. */
export class RiceEncoder {
  constructor(private readonly machine: Machine) {}

  /** The plan by which a tile was quantised; `plan` is undefined where it cannot be. */
  quantize(
    values: Float32Array,
    quantizing: Quantizing,
    into: Int32Array,
  ): { plan: Quantization | undefined } | undefined {
    const { machine } = this
    const room = roomFor(values.byteLength)
    return machine.borrow(BEHIND + COPIES * room, (spare) => {
      const from = spare + BEHIND
      const to = from + room
      machine.copyIn(values, from)
      machine.kernels.measureNoise!(from, values.length, spare, to)
      const plan = planQuantization(this.#noiseAt(spare), values.length, quantizing)
      if (plan === undefined) return { plan }
      this.#quantizeAt(plan, from, to, values.length)
      machine.copyOut(to, into)
      return { plan }
    })
  }

  /** How many bytes were written. */
  encode(values: Int32Array, { bytepix, blocksize }: RiceCoding, into: Uint8Array): number | undefined {
    const { machine } = this
    const size = Math.min(blocksize, values.length)
    const most = maxRiceBytes(values.length, { bytepix, blocksize })
    const output = roomFor(most)
    const block = roomFor(4 * size)
    const direct = machine.addressOf(values)
    return machine.borrow(output + block + roomFor(values.byteLength), (spare) => {
      const codes = spare + output
      if (direct === undefined) machine.copyIn(values, codes + block)
      const encode = machine.kernels[`encodeRice${bytepix * 8}`]!
      const length = encode(direct ?? codes + block, values.length, spare, most, size, codes)
      machine.copyOut(spare, into.subarray(0, length))
      return length
    })
  }

  /** Codes rows, as many at once as there is room for. False where there is none for a single one. */
  encodeRows(values: Float32Array, coding: RowCoding, into: EncodedBand): boolean {
    const { width } = coding
    const rows = values.length / width
    const most = rowsIn(this.machine.lendable, width)
    if (most < 1) return false
    for (let row = 0, end = 0; row < rows; row += most) {
      const to = Math.min(rows, row + most)
      const part = {
        scales: into.scales.subarray(row, to),
        zeros: into.zeros.subarray(row, to),
        lengths: into.lengths.subarray(row, to),
        bytes: into.bytes.subarray(end),
      }
      end += this.#encodeSome(values.subarray(row * width, to * width), { ...coding, seed: coding.seed + row }, part)
    }
    return true
  }

  /** How many bytes were written. */
  #encodeSome(values: Float32Array, { width, level, dithering, seed }: RowCoding, into: EncodedBand): number {
    const { machine } = this
    const rows = values.length / width
    return machine.borrow(rowsRoom(rows, width), (spare) => {
      const to = spare + roomFor(values.byteLength)
      const most = maxRiceBytes(width, ROW_CODING)
      const table = to + roomFor(values.byteLength + most)
      const work = table + roomFor(rows * TABLE_BYTES)
      machine.copyIn(values, spare)
      const kind = DITHERINGS.indexOf(dithering)
      const randoms = kind === 0 ? 0 : machine.randoms
      const first = kind === 0 ? 0 : seed % RANDOM_COUNT
      const encode = machine.kernels.encodeRows!
      const length = encode(spare, width, rows, to, table, work, most, level, kind, first, randoms)
      machine.copyOut(table, into.scales)
      machine.copyOut(table + into.scales.byteLength, into.zeros)
      machine.copyOut(table + 2 * into.scales.byteLength, into.lengths)
      machine.copyOut(to, into.bytes.subarray(0, length))
      return length
    })!
  }

  /** The six doubles that `measureNoise` leaves. */
  #noiseAt(address: number): Noise {
    const [valid, least, greatest, second, third, fifth] = new Float64Array(this.machine.bytes.buffer, address, 6)
    return { valid: valid!, least: least!, greatest: greatest!, second: second!, third: third!, fifth: fifth! }
  }

  #quantizeAt({ dithering, scale, zero, seed }: Quantization, from: number, to: number, count: number): void {
    const { kernels, randoms } = this.machine
    if (dithering === 'NO_DITHER') kernels.quantizePlain!(from, to, count, scale, zero)
    else {
      const hasZero = zeroMarkOf(dithering) !== undefined
      kernels.quantizeDithered!(from, to, count, scale, zero, hasZero, seed % RANDOM_COUNT, randoms)
    }
  }
}
