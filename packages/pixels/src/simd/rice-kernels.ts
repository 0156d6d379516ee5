import type { RiceKernels } from '../kernels.js'
import type { Samples } from '../pixel-scale.js'
import type { Quantization } from '../quantization.js'
import { riceKernels as reference } from '../reference/rice-kernels.js'
import { decodeEachRow } from '../reference/rice-rows.js'
import { dequantizer, scaler } from './integer-converters.js'
import type { Machine } from './machine.js'
import { RiceDecoder } from './rice-decoder.js'
import { RiceEncoder } from './rice-encoder.js'
import { RiceRowDecoder } from './rice-rows.js'
import { roomFor, wholeFours } from './room.js'

/** Rice-coded tiles by 57-bit windows, and their floats by vectors. A tile that the memory has no room for is left to the reference. */
export function riceKernels(machine: Machine): RiceKernels {
  const decoder = new RiceDecoder(machine)
  const encoder = new RiceEncoder(machine)
  const rowDecoder = new RiceRowDecoder(machine)
  const kernels: RiceKernels = {
    decodeRice: (bytes, coding, into) =>
      decoder.decode(bytes, coding, into) ?? reference.decodeRice(bytes, coding, into),
    decodeRiceFloats: (bytes, coding, quantization, into) =>
      decoder.decodeValues(bytes, coding, into, dequantizer(machine, quantization, into.BYTES_PER_ELEMENT)) ??
      reference.decodeRiceFloats(bytes, coding, quantization, into),
    decodeRiceScaled: (bytes, coding, scale, into) =>
      decoder.decodeValues(bytes, coding, into, scaler(machine, scale, coding, into.BYTES_PER_ELEMENT)) ??
      reference.decodeRiceScaled(bytes, coding, scale, into),
    findRiceRows(rows, least) {
      const found = rowDecoder.find(rows, least)
      return found === undefined ? reference.findRiceRows(rows, least) : found.span
    },
    decodeRiceRows: (bytes, start, rows, into) =>
      rowDecoder.decode(bytes, start, rows, into) ?? decodeEachRow(kernels, bytes, start, rows, into),
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
