import { networkSizes } from '../network-sizes.gen.js'
import { blankOf } from '../pixel-scale.js'
import type { StoredSetup } from './stored-bands.js'

/** Up to this, medians of integers and their sums with it are exact in float32. */
const MAX_SHIFT = 2 ** 22

const MOST_FRAMES = Math.max(...networkSizes)

/**
 * BZERO of frames of 16-bit integers that have the same, of which there is a fast median as they are stored: it is to be added to that. Undefined for all
 * others.
 */
export function sharedShift({ frames, type, resultType, options }: StoredSetup): number | undefined {
  const [first] = frames
  const isMedian = options.method === 'median' && options.isResultBigEndian !== true && frames.length <= MOST_FRAMES
  if (!isMedian || type !== 'float32' || resultType !== 'float32' || first?.pixels.kind !== 'plain') return undefined
  const { bzero } = first.pixels.scale
  if (!Number.isInteger(bzero) || Math.abs(bzero) > MAX_SHIFT) return undefined
  const isLike = ({ pixels }: (typeof frames)[number]) =>
    pixels.kind === 'plain' &&
    pixels.bitpix === 16 &&
    pixels.scale.bscale === 1 &&
    pixels.scale.bzero === bzero &&
    blankOf(pixels.scale, 16) === undefined
  return frames.every(isLike) ? bzero : undefined
}
