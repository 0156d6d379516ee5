import type { Stretch } from './kernels.js'

/** How a stretch is computed: of linear ones `value * factor + offset` is the level, of others the curve of that, times `scale`. */
export interface Shades {
  readonly curve: NonNullable<Stretch['curve']>
  readonly factor: number
  readonly offset: number
  readonly scale: number
}

/** The level of white, before it is rounded, by where the curve has its end. */
const ENDS = { sqrt: 1, log: Math.log(1001), asinh: Math.asinh(10) } as const

/** How a stretch is computed that has `white` as its highest level. Limits that are none make all mid-grey. */
export function shadesOf({ low, high, curve = 'linear' }: Stretch, white: number): Shades {
  if (!(high > low)) return { curve: 'linear', factor: 0, offset: Math.floor(white / 2) + 1.5, scale: 1 }
  if (curve === 'linear') {
    // In halves, since the range may be more than the largest number.
    const factor = white / 2 / (high / 2 - low / 2)
    return { curve, factor, offset: 0.5 - low * factor, scale: 1 }
  }
  const factor = 1 / (high - low)
  return { curve, factor, offset: -low * factor, scale: white / ENDS[curve] }
}
