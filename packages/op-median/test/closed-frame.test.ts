import { type Frame, Header } from '@datalab/fits'
import { expect, test } from 'vitest'
import { closedFrame } from '../src/closed-frame.js'

const STORED = {
  path: '/a.fits',
  pixels: { kind: 'plain', offset: 2880, bitpix: -32, scale: { bscale: 1, bzero: 0, blank: undefined } },
} as const

function frameOf(value: number, stored: Frame['stored']): Frame & { readonly closings: () => number } {
  let closings = 0
  return {
    ...{ width: 2, height: 1, label: 'a.fits', sampleType: 'float32', stored },
    header: new Header().set('OBJECT', 'M13'),
    readRows: async (from, to) => new Float32Array((to - from) * 2).fill(value),
    close: async () => void closings++,
    closings: () => closings,
  }
}

test('a frame that threads read is closed, and opened once when its rows are asked for', async () => {
  const [first, again] = [frameOf(1, STORED), frameOf(2, STORED)]
  let openings = 0
  const frame = await closedFrame(first, async () => {
    openings++
    return again
  })
  expect(frame).toMatchObject({ width: 2, height: 1, label: 'a.fits', sampleType: 'float32', stored: STORED })
  expect([frame.header.length, first.closings(), openings]).toEqual([0, 1, 0])
  for (let i = 0; i < 2; i++) expect([...(await frame.readRows(0, 1))]).toEqual([2, 2])
  await frame.close()
  expect([openings, again.closings()]).toEqual([1, 1])
})

test('any other stays as it is', async () => {
  const frame = frameOf(1, undefined)
  expect(await closedFrame(frame, async () => frame)).toBe(frame)
  expect(frame.closings()).toBe(0)
})
