import { QUANTIZED_NAN, type Quantization, zeroMarkOf } from '../quantization.js'
import { RANDOM_COUNT, randomSequence } from '../random-sequence.js'

/** The integers of a tile's floats. */
export function quantize(values: Float32Array, quantization: Quantization, into: Int32Array): void {
  const { dithering, scale, zero } = quantization
  const zeroMark = zeroMarkOf(dithering)
  const offsets = dithering === 'NO_DITHER' ? undefined : randomOffsets(quantization.seed)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const steps = (value - zero) / scale
    const random = offsets?.next().value
    if (Number.isNaN(value)) into[i] = QUANTIZED_NAN
    else if (zeroMark !== undefined && value === 0) into[i] = zeroMark
    else into[i] = nearest(random === undefined ? steps : steps + random - 0.5)
  }
}

/** The random numbers for the pixels of a tile, one after the other. */
function* randomOffsets(first: number): Generator<number, never> {
  const random = randomSequence()
  for (let seed = first % RANDOM_COUNT; ; seed = (seed + 1) % RANDOM_COUNT)
    for (let next = Math.floor(random[seed]! * 500); next < RANDOM_COUNT; next++) yield random[next]!
}

/** Halves go away from zero; what has no room in 32 bits becomes the nearest that has. */
function nearest(value: number): number {
  const whole = Math.trunc(value + (value < 0 || Object.is(value, -0) ? -0.5 : 0.5))
  return Math.max(-2_147_483_648, Math.min(whole, 2_147_483_647))
}
