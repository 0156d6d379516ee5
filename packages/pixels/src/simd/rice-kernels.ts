import type { RiceKernels } from '../kernels.js'
import type { Samples } from '../pixel-scale.js'
import type { Quantization } from '../quantization.js'
import { riceKernels as reference } from '../reference/rice-kernels.js'
import { dequantizer, scaler } from './integer-converters.js'
import type { Machine } from './machine.js'
import { RiceDecoder } from './rice-decoder.js'
import { RiceEncoder } from './rice-encoder.js'
import { roomFor, wholeFours } from './room.js'

/** Rice-coded tiles by 57-bit windows, and their floats by vectors. A tile that the memory has no room for is left to the reference. */
export function riceKernels(machine: Machine): RiceKernels {
  const decoder = new RiceDecoder(machine)
  const encoder = new RiceEncoder(machine)
  /** Of tiles that there is no room for with all their bytes, there may be room for each. */
  const oneByOne: RiceKernels['decodeRiceTiles'] = (bytes, { coding, starts, lengths, values }, into) => {
    const count = into.length / starts.length
    return starts.every((start, tile) => {
      const coded = bytes.subarray(start, start + lengths[tile]!)
      const part = into.subarray(tile * count, (tile + 1) * count)
      if (values.kind === 'scaled') return kernels.decodeRiceScaled(coded, coding, values.scale, part)
      return kernels.decodeRiceFloats(coded, coding, values.tiles[tile]!, part)
    })
  }
  const kernels: RiceKernels = {
    decodeRice: (bytes, coding, into) =>
      decoder.decode(bytes, coding, into) ?? reference.decodeRice(bytes, coding, into),
    decodeRiceFloats: (bytes, coding, quantization, into) =>
      decoder.decodeValues(bytes, coding, into, dequantizer(machine, quantization, into.BYTES_PER_ELEMENT)) ??
      reference.decodeRiceFloats(bytes, coding, quantization, into),
    decodeRiceScaled: (bytes, coding, scale, into) =>
      decoder.decodeValues(bytes, coding, into, scaler(machine, scale, coding, into.BYTES_PER_ELEMENT)) ??
      reference.decodeRiceScaled(bytes, coding, scale, into),
    decodeRiceTiles: (bytes, tiles, into) => decoder.decodeTiles(bytes, tiles, into) ?? oneByOne(bytes, tiles, into),
    dequantize(stored, quantization, into) {
      if (!dequantize(machine, stored, quantization, into)) reference.dequantize(stored, quantization, into)
    },
    quantize(values, quantizing, into) {
      const found = encoder.quantize(values, quantizing, into)
      return found === undefined ? reference.quantize(values, quantizing, into) : found.plan
    },
    encodeRice: (values, coding, into) =>
      encoder.encode(values, coding, into) ?? reference.encodeRice(values, coding, into),
    encodeRiceRows(values, coding, into) {
      if (!encoder.encodeRows(values, coding, into)) reference.encodeRiceRows(values, coding, into)
    },
  }
  return kernels
}

/** Returns undefined where the memory has no room. */
function dequantize(machine: Machine, stored: Int32Array, quantization: Quantization, into: Samples) {
  const room = roomFor(stored.byteLength)
  return machine.borrow(room + roomFor(into.byteLength), (spare) => {
    machine.copyIn(stored, spare)
    dequantizer(machine, quantization, into.BYTES_PER_ELEMENT)(spare, spare + room, wholeFours(stored.length))
    machine.copyOut(spare + room, into)
    return true
  })
}
