import { type Limits, rangeOf, zscale } from '@datalab/fits'
import type { Pixels } from './pixels.js'

/** The values that a channel is shown between, or why there are none. */
export type ChannelLimits = Limits | { readonly problem: string }

/**
 * The values that a channel is shown between: those given, else those of zscale, else the least and the highest.
 *
 * @param given zmin and zmax, where they are
 */
export function channelLimits(
  { data }: Pixels,
  given: { readonly zmin?: number; readonly zmax?: number },
): ChannelLimits {
  const { zmin, zmax } = given
  const range = rangeOf(data)
  if (range.low > range.high) return { problem: 'holds no values. Leave it out.' }
  if (zmin !== undefined && zmax !== undefined) return checked({ low: zmin, high: zmax })
  if (range.low === range.high)
    return { problem: `has the value ${range.low} in every pixel. Leave it out, or give it both zmin and zmax.` }
  const scale = zscale(data)
  // Of an image that is nearly all of one value, zscale sees only that.
  const { low, high } = scale.low < scale.high ? scale : range
  return checked({ low: zmin ?? low, high: zmax ?? high })
}

/** The limits, if the first is below the second. */
export function checked({ low, high }: Limits): ChannelLimits {
  if (low < high) return { low, high }
  return { problem: `would be shown from zmin ${low} to zmax ${high}. Give a zmin that is less than zmax.` }
}
