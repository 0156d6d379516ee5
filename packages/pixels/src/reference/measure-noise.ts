import type { Noise } from '../plan-quantization.js'

/** Fewer pixels have no difference of the fifth order. */
const SPAN = 8

/**
 * How much neighbours differ: the medians of differences in which slopes and curves cancel out (Stoehr et al. 2008, ASP Conf. Ser. 394, 505).
 * Pixels among equal ones say nothing of noise.
 */
export function measureNoise(values: Float32Array): Noise {
  const pixels = values.filter((value) => !Number.isNaN(value))
  const second: number[] = []
  const third: number[] = []
  const fifth: number[] = []
  for (let i = SPAN; i < pixels.length; i++) {
    const [v1, , v3, v4, v5, v6, v7, , v9] = pixels.subarray(i - SPAN, i + 1) as unknown as number[] & { length: 9 }
    const isFlat = v5 === v6 && v6 === v7
    if (!isFlat) second.push(Math.abs(Math.fround(v5! - v7!)))
    if (isFlat && v3 === v4 && v4 === v5) continue
    third.push(Math.abs(sumOf(Math.fround(2 * v5!), -v3!, -v7!)))
    fifth.push(Math.abs(sumOf(...[6 * v5!, -4 * v3!, -4 * v7!].map(Math.fround), v1!, v9!)))
  }
  const isEnough = second.length > 1 || third.length === 1
  return {
    valid: pixels.length,
    least: pixels.reduce((least, value) => Math.min(least, value), Infinity),
    greatest: pixels.reduce((most, value) => Math.max(most, value), -Infinity),
    second: isEnough ? lowerMedian(second) : 0,
    third: lowerMedian(third),
    fifth: lowerMedian(fifth),
  }
}

/** In single precision, one after the other. */
function sumOf(...values: readonly number[]): number {
  return values.reduce((sum, value) => Math.fround(sum + value))
}

/** Of an even number the lower of both middle values; 0 of none. */
function lowerMedian(values: readonly number[]): number {
  return Float64Array.from(values).sort()[(values.length - 1) >> 1] ?? 0
}
