import { describe, expect, test } from 'vitest'
import { type Combination, CombinedHeader, Header, movedHeader } from '../src/index.js'

type Cards = Readonly<Record<string, string | number>>

const headerOf = (cards: Cards) =>
  Object.entries(cards).reduce((header, [keyword, value]) => header.set(keyword, value), new Header())

const size = { width: 100, height: 80 }

const exposure: Cards = {
  ...{ OBJECT: 'M13', EXPTIME: 30, 'DATE-OBS': '2024-07-18T21:30:00.000', 'MJD-OBS': 60509.89583333333 },
  ...{ FILTER: 'rp', GAIN: 2, RDNOISE: 6, SATURATE: 60000, AIRMASS: 1.2, UTSTART: '21:30:00' },
}

function combined(combination: Combination, list: readonly Cards[], isAligned = false) {
  const header = new CombinedHeader(combination, { isAligned })
  for (const cards of list) header.add({ ...size, header: headerOf(cards) })
  return { ...header.cards(), drift: header.drift }
}

/** What a header says of some keywords. */
const said = ({ header }: { header: Header }, ...keywords: string[]) => keywords.map((keyword) => header.get(keyword))

describe('the exposure', () => {
  const list = [exposure, { ...exposure, EXPTIME: 60.1 }, { ...exposure, EXPTIME: 29.9 }]

  test('of a sum is the sum, of a mean and a median the mean beside the sum', () => {
    const keywords = ['EXPTIME', 'TEXPTIME', 'NCOMBINE'] as const
    expect(said(combined('sum', list), ...keywords)).toEqual([120, undefined, 3])
    for (const combination of ['mean', 'median'] as const)
      expect(said(combined(combination, list), ...keywords)).toEqual([40, 120, 3])
  })

  test('decimal fractions stay what they are', () => {
    const tenths = [0.1, 0.2].map((EXPTIME) => ({ EXPTIME }))
    expect(said(combined('sum', tenths), 'EXPTIME')).toEqual([0.3])
  })

  test('is not told where one image does not tell it', () => {
    const { EXPTIME, ...unknown } = exposure
    expect(EXPTIME).toBe(30)
    expect(said(combined('sum', [exposure, unknown]), 'EXPTIME', 'TEXPTIME', 'NCOMBINE')).toEqual([
      ...[undefined, undefined, 2],
    ])
  })

  test('has several names, of which one will do for each image', () => {
    const names = ['EXPTIME', 'EXPOSURE', 'XPOSURE'] as const
    const mixed = [{ EXPOSURE: 30, XPOSURE: 29 }, { EXPTIME: 40 }, { XPOSURE: 50 }]
    expect(said(combined('sum', mixed), ...names, 'TEXPTIME')).toEqual([undefined, 120, 120, undefined])
    expect(said(combined('mean', mixed.slice(1)), ...names, 'TEXPTIME')).toEqual([45, undefined, undefined, 90])
  })

  test('is not alone in adding up', () => {
    const list = [1, 2].map((time) => ({ EXPTIME: time, DARKTIME: time + 0.5, LIVETIME: time - 0.5 }))
    expect(said(combined('sum', list), 'DARKTIME', 'LIVETIME')).toEqual([4, 2])
    expect(said(combined('mean', [...list, {}]), 'DARKTIME', 'LIVETIME')).toEqual([undefined, undefined])
  })

  test.each([1e20, 1e308, -1e20])('of %d seconds ends when no file can say', (EXPTIME) => {
    const result = combined('sum', [{ ...exposure, EXPTIME }, exposure])
    expect(said(result, 'DATE-OBS', 'DATE-END', 'DATE-AVG')).toEqual([exposure['DATE-OBS'], undefined, undefined])
  })

  test('in days is one of seconds for all that is made of it, and stays in days', () => {
    const inDays = (day: string, EXPOSURE: number) => {
      const header = headerOf({ 'DATE-OBS': `2024-07-${day}T00:00:00`, TIMEUNIT: 'd', XPOSURE: EXPOSURE, TELAPSE: 1 })
      return header.set('EXPOSURE', EXPOSURE, '[d] time on source').set('LIVETIME', EXPOSURE, '[d]')
    }
    const stack = new CombinedHeader('mean')
    for (const header of [inDays('18', 0.5), inDays('20', 0.25)]) stack.add({ ...size, header })
    const result = stack.cards()
    const keywords = ['EXPOSURE', 'XPOSURE', 'LIVETIME', 'TEXPTIME', 'DATE-END', 'TELAPSE'] as const
    expect(said(result, ...keywords)).toEqual([0.375, 0.375, 0.375, 64_800, '2024-07-20T06:00:00.000', 2.25])
  })

  test.each([
    ['min', '2024-07-18T00:02:00.000'],
    ['s', '2024-07-18T00:00:02.000'],
    ['constructor', '2024-07-18T00:00:02.000'],
  ])('in %s ends at %s', (unit, end) => {
    const stack = new CombinedHeader('mean')
    const header = headerOf({ 'DATE-OBS': '2024-07-18T00:00:00' }).set('EXPTIME', 2, `[${unit}] how long`)
    stack.add({ ...size, header })
    expect(said(stack.cards(), 'EXPTIME', 'DATE-END')).toEqual([2, end])
  })

  test('of which less than nothing is said is not known', () => {
    const list = [-1, 1.0001].map((EXPTIME) => ({ ...exposure, EXPTIME, DARKTIME: EXPTIME }))
    const keywords = ['EXPTIME', 'DARKTIME', 'TEXPTIME', 'DATE-END'] as const
    expect(said(combined('sum', list), ...keywords)).toEqual(keywords.map(() => undefined))
  })

  test('that no number can add up to leaves no times', () => {
    const dates = ['2024-07-18T21:30:00', '2024-07-19T21:30:00']
    const list = dates.map((date) => ({ EXPTIME: 1e308, 'DATE-AVG': date }))
    expect(said(combined('sum', list), 'EXPTIME', 'DATE-AVG')).toEqual([undefined, undefined])
  })

  test('of images that were combined before counts as often', () => {
    const mean = { ...exposure, TEXPTIME: 300, NCOMBINE: 10 }
    expect(said(combined('mean', [mean, exposure]), 'EXPTIME', 'TEXPTIME', 'NCOMBINE')).toEqual([30, 330, 11])
  })
})

describe('the time', () => {
  const times = ['DATE-OBS', 'MJD-OBS', 'DATE-AVG', 'MJD-AVG', 'DATE-END'] as const
  const late = { ...exposure, 'DATE-OBS': '2024-07-18T23:30:00.000', 'MJD-OBS': 60509.97916666667, EXPTIME: 90 }

  test('begins with the first exposure, ends with the last, and has the mean of both by their length', () => {
    // The middles are 21:30:15 and 23:30:45; the second weighs three times as much.
    const result = combined('sum', [late, exposure])
    expect(said(result, ...times)).toEqual([
      ...['2024-07-18T21:30:00.000', 60509.89583333333, '2024-07-18T23:00:37.500'],
      ...[expect.closeTo(60509.958767361, 8), '2024-07-18T23:31:30.000'],
    ])
    expect(result.header.has('UTSTART')).toBe(true)
    expect(combined('sum', [late, { ...exposure, UTSTART: '23:30:00' }]).header.has('UTSTART')).toBe(false)
  })

  test('of biases is the mean of their moments', () => {
    const biases = [late, exposure].map((cards) => ({ ...cards, EXPTIME: 0 }))
    expect(said(combined('mean', biases), 'DATE-AVG')).toEqual(['2024-07-18T22:30:00.000'])
  })

  test('is found in a date and a time beside it, and in the Julian date', () => {
    const apart = { EXPTIME: 10, 'DATE-OBS': '2024-07-18', 'TIME-OBS': '9:30:00.5' }
    expect(said(combined('sum', [apart, apart]), 'DATE-OBS', 'DATE-END')).toEqual([
      ...['2024-07-18T09:30:00.500', '2024-07-18T09:30:10.500'],
    ])
    const earlier = { ...apart, 'TIME-OBS': '08:15' }
    expect(said(combined('sum', [apart, earlier]), 'DATE-OBS', 'TIME-OBS')).toEqual([
      ...['2024-07-18T08:15:00.000', undefined],
    ])
    const julian = { EXPTIME: 86.4, 'MJD-OBS': 60509.5 }
    expect(said(combined('sum', [julian, julian]), 'MJD-OBS', 'MJD-END')).toEqual([60509.5, 60509.501])
  })

  test('is not told where one image does not tell it, but for what all say', () => {
    const { 'DATE-OBS': date, 'MJD-OBS': mjd, ...unknown } = exposure
    expect([date, mjd]).not.toContain(undefined)
    expect(said(combined('sum', [exposure, unknown]), ...times)).toEqual(times.map(() => undefined))
    const day = { 'DATE-OBS': '2024-07-18' }
    expect(said(combined('sum', [day, day]), 'DATE-OBS')).toEqual(['2024-07-18'])
    expect(said(combined('sum', [{ 'DATE-OBS': '2024-07-19' }, day]), 'DATE-OBS')).toEqual(['2024-07-18'])
    expect(said(combined('sum', [day, { 'DATE-OBS': 'tonight' }]), 'DATE-OBS')).toEqual([undefined])
    expect(said(combined('sum', [day, {}]), 'DATE-OBS')).toEqual([undefined])
  })

  test.each(['2024-02-30T21:30:00', '2024-13-01T00:00:00', '2024-07-18T24:30:00', '2024-07-18T21:60:00'])(
    'that there is not, %s, is not known',
    (date) => {
      const list = [{ EXPTIME: 30, 'DATE-OBS': date }, exposure]
      expect(said(combined('sum', list), 'DATE-END', 'DATE-AVG')).toEqual([undefined, undefined])
    },
  )

  test('may be a leap second', () => {
    const leap = { EXPTIME: 1, 'DATE-OBS': '2016-12-31T23:59:60.5' }
    expect(said(combined('sum', [leap, leap]), 'DATE-END')).toEqual(['2017-01-01T00:00:01.500'])
  })

  test('of an old date is of the last century', () => {
    const old = { EXPTIME: 30, 'DATE-OBS': '18/07/98', 'TIME-OBS': '21:30:00' }
    expect(said(combined('sum', [old, old]), 'DATE-OBS', 'DATE-END')).toEqual([
      ...['1998-07-18T21:30:00.000', '1998-07-18T21:30:30.000'],
    ])
  })

  test.each<[string, Cards, Cards, unknown[]]>([
    [
      'the Julian date of another',
      { 'DATE-OBS': '2024-07-18T21:30:00' },
      { 'MJD-OBS': 60509.5 },
      ['2024-07-18T12:00:00.000', undefined],
    ],
    [
      'the date of another',
      { 'MJD-OBS': 60509.9 },
      { 'DATE-OBS': '2024-07-18T12:00:00' },
      [undefined, expect.closeTo(60509.5, 8)],
    ],
  ])('begins with %s, where that is earlier', (_, first, second, expected) => {
    const list = [first, second].map((cards) => ({ ...cards, EXPTIME: 30 }))
    expect(said(combined('sum', list), 'DATE-OBS', 'MJD-OBS')).toEqual(expected)
  })

  test('elapsed is that from the first exposure to the end of the last', () => {
    const list = [exposure, late].map((cards) => ({ ...cards, TELAPSE: 30 }))
    expect(said(combined('mean', list), 'TELAPSE')).toEqual([7290])
    expect(said(combined('mean', [...list, {}]), 'TELAPSE')).toEqual([undefined])
  })

  test('in the middle of one exposure is none of several', () => {
    const list = ['2024-07-18T21:30:15', '2024-07-18T21:31:15'].map((date) => ({ ...exposure, 'DATE-MID': date }))
    expect(said(combined('sum', list), 'DATE-MID')).toEqual([undefined])
  })

  test('of images that were combined before is theirs', () => {
    const first = combined('sum', [exposure, late]).header
    const again = new CombinedHeader('sum')
    again.add({ ...size, header: first })
    again.add({ ...size, header: headerOf(exposure) })
    expect(said(again.cards(), 'DATE-END')).toEqual(['2024-07-18T23:31:30.000'])
  })
})

describe('gain and noise, as photometry has them', () => {
  const keywords = ['GAIN', 'RDNOISE', 'SATURATE'] as const
  const four = [exposure, exposure, exposure, exposure]

  test.each<[Combination, unknown[]]>([
    ['sum', [2, 12, 240000]],
    ['mean', [8, 12, 60000]],
    ['median', [expect.closeTo(16 / 3, 10), expect.closeTo(12 * Math.sqrt(2 / 3), 10), 60000]],
  ])('of a %s', (combination, expected) => {
    expect(said(combined(combination, four), ...keywords)).toEqual(expected)
  })

  test('the median of two is their mean', () => {
    expect(said(combined('median', [exposure, exposure]), 'GAIN')).toEqual([4])
  })

  test('gains that differ are averaged by their variances', () => {
    const gains = [1, 3].map((GAIN) => ({ GAIN }))
    expect(said(combined('sum', gains), 'GAIN')).toEqual([1.5])
    expect(said(combined('mean', gains), 'GAIN')).toEqual([3])
  })

  test("a camera's setting stays, where the gain is EGAIN", () => {
    const camera = { GAIN: 100, EGAIN: 0.5 }
    expect(said(combined('mean', [camera, camera]), 'GAIN', 'EGAIN')).toEqual([100, 1])
  })

  test('what is no gain, and what not all have, goes', () => {
    expect(said(combined('sum', [exposure, { ...exposure, GAIN: 0 }]), 'GAIN')).toEqual([undefined])
    expect(said(combined('sum', [exposure, {}]), 'GAIN', 'RDNOISE')).toEqual([undefined, undefined])
  })
})

describe('the filter', () => {
  test('stays where it is one', () => {
    expect(combined('sum', [exposure, exposure])).toMatchObject({ history: [] })
    expect(said(combined('sum', [exposure, exposure]), 'FILTER')).toEqual(['rp'])
  })

  test('of a wheel stays where it is one', () => {
    const wheels = { FILTER1: 'V', FILTER2: 'clear' }
    expect(said(combined('sum', [wheels, { ...wheels, FILTER1: 'B' }]), 'FILTER1', 'FILTER2')).toEqual([
      ...[undefined, 'clear'],
    ])
  })

  test('may have a number for a name', () => {
    const list = [{ FILTER: 1 }, { FILTER: 2 }]
    expect(said(combined('sum', list), 'FILTER')).toEqual(['1+2'])
  })

  test('is all of them, where they are several', () => {
    const result = combined('sum', [exposure, { FILTER: 'gp' }, exposure, {}])
    expect(said(result, 'FILTER')).toEqual(['rp+gp'])
    expect(result.history).toContain('The images are of several filters: rp, gp, none.')
  })
})

describe('the world coordinates', () => {
  const sky: Cards = {
    ...{ CTYPE1: 'RA---TAN', CTYPE2: 'DEC--TAN', CRVAL1: 150, CRVAL2: 30, CRPIX1: 50, CRPIX2: 40, RADESYS: 'ICRS' },
    ...{ CD1_1: -1e-4, CD1_2: 0, CD2_1: 0, CD2_2: 1e-4, EXPTIME: 30 },
  }

  test('stay where they are those of all, to half a pixel', () => {
    const result = combined('sum', [sky, { ...sky, CRPIX1: 50.4 }, { ...sky, CRVAL2: 30.00001, CRPIX2: 40.1 }])
    expect(said(result, 'CRPIX1', 'CTYPE1')).toEqual([50, 'RA---TAN'])
    expect([result.drift, result.history]).toEqual([expect.closeTo(0.4, 6), []])
  })

  test('go where they are not, and HISTORY says so', () => {
    const result = combined('median', [sky, { ...sky, CRPIX1: 53, A_ORDER: 2, B_ORDER: 2 }])
    expect(said(result, 'CRPIX1', 'CTYPE1', 'CD1_1', 'RADESYS')).toEqual([undefined, undefined, undefined, 'ICRS'])
    expect(result.history).toEqual([
      'The images lie up to 3.0 pixels apart in the sky: the world coordinates of the first are not kept.',
    ])
  })

  test.each<[string, Cards]>([
    ['none', { EXPTIME: 30 }],
    ['those of another system', { ...sky, CTYPE1: 'GLON-TAN', CTYPE2: 'GLAT-TAN' }],
    ['those of another projection', { ...sky, CTYPE1: 'RA---ZPN', CTYPE2: 'DEC--ZPN' }],
    ['those of the other side', { ...sky, CRVAL1: 330, CRVAL2: -30 }],
  ])('go where an image has %s', (_, other) => {
    const result = combined('sum', [sky, other])
    expect(result.header.has('CTYPE1')).toBe(false)
    expect(result.drift).toBe(Number.POSITIVE_INFINITY)
  })

  test('that cannot be read stay where all say the same', () => {
    const unknown = { ...sky, CTYPE1: 'RA---ZPN', CTYPE2: 'DEC--ZPN' }
    expect(said(combined('sum', [unknown, unknown]), 'CTYPE1')).toEqual(['RA---ZPN'])
  })

  test('stay where the images are laid on the first', () => {
    expect(said(combined('sum', [sky, { ...sky, CRPIX1: 80 }], true), 'CRPIX1')).toEqual([50])
  })

  test('move along with the pixels', () => {
    const header = headerOf({ ...sky, CRPIX1A: 1, LTV2: -3, CRPIX3: 1 })
    expect(said({ header: movedHeader(header, 7, -2) }, 'CRPIX1', 'CRPIX2', 'CRPIX1A', 'LTV2', 'CRPIX3')).toEqual([
      ...[57, 38, 8, -5, 1],
    ])
  })
})

test('all else is that of the first', () => {
  expect(said(combined('sum', [exposure, { ...exposure, OBJECT: 'M92' }]), 'OBJECT')).toEqual(['M13'])
  expect(() => new CombinedHeader('sum').cards()).toThrow(TypeError)
})
