import type { StatisticsKernels } from '../kernels.js'
import type { Samples } from '../pixel-scale.js'
import { statisticsKernels as reference, takeFinite } from '../reference/statistics-kernels.js'
import { COLUMN_BYTES, type Machine, SCRATCH } from './machine.js'
import { orderStatistic64 } from './order-statistic.js'

const MAX_BINS = COLUMN_BYTES / 4

/** The parts of a key that are looked at one after the other, the highest first: from which bit on, up to which. */
const KEY_PARTS = [
  [21, 32],
  [10, 21],
  [0, 10],
] as const

/** Statistics of an image by vectors, or by loops that are as good. */
export function statisticsKernels(machine: Machine): StatisticsKernels {
  const { kernels } = machine

  function countFinite(values: Samples): number {
    const count = kernels[`countFinite${values.BYTES_PER_ELEMENT * 8}`]!
    const whole = values.length - (values.length % 4)
    let finite = reference.countFinite(values.subarray(whole))
    machine.scan(values.subarray(0, whole), (from, items) => {
      finite += count(from, items)
    })
    return finite
  }

  /** Has a kernel count into a table of zeros, and gives what is in it. */
  function counted(values: Samples, bins: number, count: (from: number, items: number) => void): Uint32Array {
    const table = new Uint32Array(machine.bytes.buffer, SCRATCH, bins).fill(0)
    machine.scan(values, count)
    return table
  }

  function histogram(values: Samples, low: number, high: number, counts: Uint32Array): void {
    const kernel = kernels[`histogram${values.BYTES_PER_ELEMENT * 8}`]!
    const factor = counts.length / (high - low)
    const table = counted(values, counts.length, (from, items) =>
      kernel(from, items, low, high, factor, counts.length, SCRATCH),
    )
    for (const [bin, count] of table.entries()) counts[bin] = counts[bin]! + count
  }

  /** By the bits of the value's key, found from the highest to the lowest: of each part, the value up to which there are enough. */
  function orderStatistic(values: Float32Array, rank: number): number {
    let prefix = 0
    let left = rank
    for (const [shift, end] of KEY_PARTS) {
      const bins = 2 ** (end - shift)
      const table = counted(values, bins, (from, items) => kernels.countKeys!(from, items, prefix, shift, end, SCRATCH))
      let bin = 0
      while (bin < bins && left >= table[bin]!) left -= table[bin++]!
      if (bin === bins) return Number.NaN
      prefix = prefix * bins + bin
    }
    return floatOf(prefix)
  }

  return {
    countFinite,
    sampleFinite: (values, most) => takeFinite(values, countFinite(values), most),
    histogram: (values, low, high, counts) => {
      if (counts.length > MAX_BINS) reference.histogram(values, low, high, counts)
      else histogram(values, low, high, counts)
    },
    orderStatistic: (values, rank) =>
      values instanceof Float32Array ? orderStatistic(values, rank) : orderStatistic64(values, rank),
  }
}

/** The float of a key. */
function floatOf(key: number): number {
  const bits = key >= 2 ** 31 ? key - 2 ** 31 : ~key
  return new Float32Array(Uint32Array.of(bits).buffer)[0]!
}
