import { type Noise, planQuantization } from '../plan-quantization.js'
import { type Quantization, type Quantizing, zeroMarkOf } from '../quantization.js'
import { RANDOM_COUNT } from '../random-sequence.js'
import { maxRiceBytes, type RiceCoding } from '../rice-coding.js'
import type { Machine } from './machine.js'
import { BEHIND, roomFor } from './room.js'

/** Rooms of a tile: itself, its values without NaN or its integers, three kinds of differences, and what may be touched behind. */
const COPIES = 6

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
    const output = roomFor(maxRiceBytes(values.length, { bytepix, blocksize }))
    const block = roomFor(4 * size)
    const direct = machine.addressOf(values)
    return machine.borrow(output + block + roomFor(values.byteLength), (spare) => {
      const codes = spare + output
      if (direct === undefined) machine.copyIn(values, codes + block)
      const encode = machine.kernels[`encodeRice${bytepix * 8}`]!
      const length = encode(direct ?? codes + block, values.length, spare, size, codes)
      machine.copyOut(spare, into.subarray(0, length))
      return length
    })
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
