import { type Header, readWcs, type TangentWcs } from '@datalab/fits'
import { expect, test } from 'vitest'
import { type GridProblem, resultGrid, type SkyFrame } from '../src/result-grid.js'
import { skyHeader } from './fields.js'

function frame(label: string, header: Header, width = 100, height = 80): SkyFrame {
  return { label, width, height, wcs: readWcs(header) as TangentWcs }
}

const problemOf = (frames: readonly SkyFrame[]) => {
  try {
    return resultGrid(frames)
  } catch (error) {
    return (error as GridProblem).message
  }
}

test('is that of the first where all lie on it', () => {
  const first = frame('a', skyHeader(50, 40))
  expect(resultGrid([first, frame('b', skyHeader(50, 40)), frame('c', skyHeader(40, 30), 50, 40)])).toEqual({
    ...{ width: 100, height: 80, left: 0, bottom: 0 },
  })
})

test('reaches as far as any of them does', () => {
  const first = frame('a', skyHeader(50, 40))
  expect(resultGrid([first, frame('b', skyHeader(60, 40)), frame('c', skyHeader(50, 37.5))])).toEqual({
    ...{ width: 110, height: 83, left: 10, bottom: 0 },
  })
})

test('a turned image takes its corners along', () => {
  const { width, height } = resultGrid([frame('a', skyHeader(50, 40)), frame('b', skyHeader(50, 40, 90))])
  expect([width, height]).toEqual([100, 100])
})

test('a coarse image covers many more pixels of a fine one than it has', () => {
  const fine = skyHeader(50, 40)
  const coarse = skyHeader(50, 40, 45, 8)
  const { width, height } = resultGrid([frame('a', fine), frame('b', coarse)])
  expect([width, height].map((length) => Math.round(length / 100))).toEqual([10, 10])
})

test('images too far from each other are refused by name', () => {
  const far = skyHeader(50, 40).set('CRVAL2', 40)
  expect(problemOf([frame('a', skyHeader(50, 40)), frame('b', skyHeader(51, 40)), frame('c', far)])).toMatch(
    /^c reaches 10\d{4} pixels beyond a, and an image of both would be too large\. Leave it out\.$/,
  )
  const coarse = skyHeader(50, 40).set('CD1_1', -0.02).set('CD2_2', 0.02)
  expect(problemOf([frame('a', skyHeader(50, 40)), frame('b', coarse)])).toMatch(
    /^b reaches \d{5} pixels beyond a, and/,
  )
  const opposite = skyHeader(50, 40).set('CRVAL1', 330).set('CRVAL2', -30)
  expect(problemOf([frame('a', skyHeader(50, 40)), frame('b', opposite)])).toBe(
    'b shows another part of the sky than a. Leave it out.',
  )
})

test('an image may be as large as it likes', () => {
  const large = frame('a', skyHeader(1, 1), 20_000, 20_000)
  expect(resultGrid([large, frame('b', skyHeader(1, 1.5), 20_000, 20_000)])).toMatchObject({
    height: 20_001,
    bottom: 1,
  })
})

test('coordinates of other systems are refused', () => {
  const galactic = skyHeader(50, 40).set('CTYPE1', 'GLON-TAN').set('CTYPE2', 'GLAT-TAN')
  expect(problemOf([frame('a', skyHeader(50, 40)), frame('b', galactic)])).toMatch(
    /^b has world coordinates of another system \(GLON\) than a \(RA 2000\)\. Leave it out\.$/,
  )
})
