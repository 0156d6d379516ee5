import { zscale } from '@datalab/fits'
import { starField } from '@datalab/testing'
import { describe, expect, test } from 'vitest'
import { channelLimits, checked } from '../src/channel-limits.js'
import { drawn, pixelsOf } from './support.js'

const field = pixelsOf(starField())

describe('a channel is shown', () => {
  test('between the limits given', () => {
    expect(channelLimits(field, { zmin: -5, zmax: 7.5 })).toEqual({ low: -5, high: 7.5 })
    expect(
      channelLimits(
        drawn(2, 2, () => 3),
        { zmin: 0, zmax: 4 },
      ),
    ).toEqual({ low: 0, high: 4 })
  })

  test('between those of zscale, else', () => {
    expect(channelLimits(field, {})).toEqual(zscale(field.data))
    expect(channelLimits(field, { zmax: 1000 })).toEqual({ low: zscale(field.data).low, high: 1000 })
    expect(channelLimits(field, { zmin: -1000 })).toEqual({ low: -1000, high: zscale(field.data).high })
  })

  test('between the least and the highest value, where zscale sees only one', () => {
    const spots = drawn(100, 100, (x, y) => (x === 50 && y === 50 ? 900 : x === 3 ? Number.NEGATIVE_INFINITY : 10))
    expect(channelLimits(spots, {})).toEqual({ low: 10, high: 900 })
  })
})

test.each([
  ['no values', drawn(3, 3, () => Number.NaN), {}, 'holds no values. Leave it out.'],
  ['no values, and limits', drawn(3, 3, () => Number.NaN), { zmin: 0, zmax: 1 }, 'holds no values. Leave it out.'],
  ['infinities', drawn(3, 3, () => Number.POSITIVE_INFINITY), {}, 'holds no values. Leave it out.'],
  [
    'one value',
    drawn(3, 3, () => 5),
    {},
    'has the value 5 in every pixel. Leave it out, or give it both zmin and zmax.',
  ],
  [
    'one value, and a limit',
    drawn(3, 3, () => 5),
    { zmin: 1 },
    'has the value 5 in every pixel. Leave it out, or give it both zmin and zmax.',
  ],
  [
    'a limit above the other',
    field,
    { zmin: 1e6 },
    /^would be shown from zmin 1000000 to zmax [\d.]+\. Give a zmin that is less than zmax\.$/,
  ],
])('with %s it says what is wrong', (_, pixels, given, problem) => {
  expect(channelLimits(pixels, given)).toEqual({
    problem: typeof problem === 'string' ? problem : expect.stringMatching(problem),
  })
})

test.each([
  [1, 1],
  [2, 1],
])('from %s to %s is nothing to show', (low, high) => {
  expect(checked({ low, high })).toEqual({
    problem: `would be shown from zmin ${low} to zmax ${high}. Give a zmin that is less than zmax.`,
  })
})
