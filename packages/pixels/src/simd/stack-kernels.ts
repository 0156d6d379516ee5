import type { Plane, StackKernels, StackOptions, Statistic } from '../kernels.js'
import { networkSizes } from '../network-sizes.gen.js'
import type { Samples } from '../pixel-scale.js'
import { stackKernels as reference } from '../reference/stack-kernels.js'
import type { ModuleName } from './compiled-module.js'
import { COLUMN_BYTES, type Kernel, type Machine } from './machine.js'
import { type Stack, withStack } from './stack.js'

/** The numbers by which kernels know types of frames, and statistics. */
const KINDS = { Float32Array: 0, Float64Array: 1, Int32Array: 2, Int16Array: 3, Uint16Array: 4 } as const
const STATISTICS: Readonly<Record<Statistic, number>> = { sum: 0, mean: 1, min: 2, max: 3, deviation: 4 }

/** More frames than this are combined by bisection. */
const MAX_NETWORK = 64

/** So many frames fill the columns of the kernels, two pairs of doubles a frame. More are left to the reference. */
const MAX_FRAMES = COLUMN_BYTES / 32 - 2

/** Frames combined pixel by pixel, by vectors. */
export function stackKernels(machine: Machine): StackKernels {
  const { kernels } = machine
  const networks = new Map<ModuleName, Kernel>()

  /** The median by networks of one module, which is compiled when it is first needed. */
  function network(name: ModuleName): Kernel {
    const known = networks.get(name)
    if (known !== undefined) return known
    const median = machine.instantiate(name).median as Kernel
    networks.set(name, median)
    return median
  }

  function medianBand(stack: Stack, planes: readonly Plane[], into: Samples, options: Required<StackOptions>): void {
    const { from, stride, to, pixels, columns } = stack
    const n = planes.length
    const { isBigEndian, isResultBigEndian } = options
    const band = [from, stride, to, pixels, n, isBigEndian] as const
    const isNarrow = into.BYTES_PER_ELEMENT === 4
    const kind = kindOf(planes)
    const isFloat32 = isNarrow && kind === KINDS.Float32Array
    if (n > MAX_NETWORK) {
      if (isFloat32) kernels.bisectFloat32!(...band, isResultBigEndian, columns)
      else kernels.bisectColumns!(kind, ...band, isNarrow, isResultBigEndian, columns)
      return
    }
    const size = networkSizes.find((one) => one >= n && one % 2 === n % 2)!
    if (isFloat32) network('medianFloat32')(size, ...band, isResultBigEndian, columns)
    else if (isNarrow && isInt16(kind))
      network('medianInt16')(size, ...band, isResultBigEndian, kind === KINDS.Uint16Array)
    else network('medianFloat64')(kind, size, ...band, isNarrow, isResultBigEndian, columns)
  }

  return {
    median(planes, into, options) {
      const all = complete(options)
      const isDone =
        planes.length <= MAX_FRAMES && withStack(machine, planes, into, (stack) => medianBand(stack, planes, into, all))
      if (!isDone) reference.median(planes, into, options)
    },
    reduce(statistic, planes, into, options) {
      const { isBigEndian, isResultBigEndian } = complete(options)
      const isNarrow = into.BYTES_PER_ELEMENT === 4
      const isDone =
        planes.length <= MAX_FRAMES &&
        withStack(machine, planes, into, ({ from, stride, to, pixels, columns }) => {
          const band = [from, stride, to, pixels, planes.length, isBigEndian] as const
          kernels.reduce!(STATISTICS[statistic], kindOf(planes), ...band, isNarrow, isResultBigEndian, columns)
        })
      if (!isDone) reference.reduce(statistic, planes, into, options)
    },
    clippedMean(planes, into, clipping = {}, options) {
      const { isBigEndian, isResultBigEndian } = complete(options)
      const { low = 3, high = 3, rounds = 5, centre = 'median' } = clipping
      const isNarrow = into.BYTES_PER_ELEMENT === 4
      const isDone =
        planes.length <= MAX_FRAMES &&
        withStack(machine, planes, into, ({ from, stride, to, pixels, columns }) => {
          const band = [
            from,
            stride,
            to,
            pixels,
            planes.length,
            isBigEndian,
            isNarrow,
            isResultBigEndian,
            columns,
          ] as const
          kernels.clippedMean!(kindOf(planes), ...band, low, high, rounds, centre === 'median')
        })
      if (!isDone) reference.clippedMean(planes, into, clipping, options)
    },
  }
}

function complete({ isBigEndian = false, isResultBigEndian = false }: StackOptions = {}): Required<StackOptions> {
  return { isBigEndian, isResultBigEndian }
}

function kindOf([first]: readonly Plane[]): number {
  return KINDS[first!.constructor.name as keyof typeof KINDS]
}

function isInt16(kind: number): boolean {
  return kind === KINDS.Int16Array || kind === KINDS.Uint16Array
}
