/** Weights of the pixels around a place between pixels. */
export interface Kernel {
  /** Pixels that have a weight, in each direction: an even number, half of them on each side. */
  readonly taps: number
  /** The places between two pixels that weights are kept for: from 0, on the first of them, to `phases`, on the second. */
  readonly phases: number
  /** For each place its weights, whose sum is 1. */
  readonly weights: Float64Array
}

/** Lobes of the kernel on each side. */
const LOBES = 3

const PHASES = 1024

/** Beyond this an image that is made smaller keeps some of what is finer than its pixels. */
const WIDEST = 8

/**
 * Lanczos's kernel with three lobes, sinc(x) sinc(x / 3): nearly all detail is kept.
 *
 * Source: C. E. Duchon 1979, J. Appl. Meteorol. 18, 1016.
 *
 * @param scale pixels of the image that is read per pixel that is made; above 1 the kernel is as much wider, so that nothing aliases
 */
export function lanczosKernel(scale: number): Kernel {
  const width = Math.min(Math.max(1, scale), WIDEST)
  const half = Math.ceil(LOBES * width)
  const taps = 2 * half
  const weights = new Float64Array((PHASES + 1) * taps)
  for (let phase = 0; phase <= PHASES; phase++) {
    const own = weights.subarray(phase * taps, (phase + 1) * taps)
    own.forEach((_, tap) => {
      own[tap] = lanczos((tap - half + 1 - phase / PHASES) / width)
    })
    const sum = own.reduce((total, weight) => total + weight, 0)
    own.forEach((weight, tap) => {
      own[tap] = weight / sum
    })
  }
  return { taps, phases: PHASES, weights }
}

function lanczos(x: number): number {
  return Math.abs(x) < LOBES ? sinc(x) * sinc(x / LOBES) : 0
}

/** sin(pi x) / (pi x), exactly 0 at whole numbers. */
function sinc(x: number): number {
  if (x === 0) return 1
  return Number.isInteger(x) ? 0 : Math.sin(Math.PI * x) / (Math.PI * x)
}
