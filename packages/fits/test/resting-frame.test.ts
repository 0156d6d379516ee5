import { expect, test } from 'vitest'
import { type Frame, Header, restingFrame } from '../src/index.js'

const STORED = {
  path: '/a.fits',
  pixels: { kind: 'plain', offset: 2880, bitpix: -32, scale: { bscale: 1, bzero: 0, blank: undefined } },
} as const

function frameOf(value: number): Frame & { readonly closings: () => number } {
  let closings = 0
  return {
    ...{ width: 2, height: 1, label: 'a.fits', sampleType: 'float32', stored: STORED },
    header: new Header().set('OBJECT', 'M13'),
    readRows: async (from, to) => new Float32Array((to - from) * 2).fill(value),
    close: async () => void closings++,
    closings: () => closings,
  }
}

test('is opened when its rows are asked for, and again when it was closed', async () => {
  const awake = [frameOf(1), frameOf(2)]
  let openings = 0
  const frame = restingFrame(frameOf(0), async () => awake[openings++] as Frame)
  expect(frame).toMatchObject({ width: 2, height: 1, label: 'a.fits', sampleType: 'float32', stored: STORED })
  expect([frame.header.length, openings]).toEqual([0, 0])
  await frame.close()
  const both = await Promise.all([frame.readRows(0, 1), frame.readRows(0, 1)])
  expect(both.map((rows) => [...rows])).toEqual([
    [1, 1],
    [1, 1],
  ])
  expect([openings, awake[0]?.closings()]).toEqual([1, 0])
  await frame.close()
  expect([...(await frame.readRows(0, 1))]).toEqual([2, 2])
  await frame.close()
  await frame.close()
  expect([openings, ...awake.map(({ closings }) => closings())]).toEqual([2, 1, 1])
})

test('what cannot be opened is told to who wants its rows, and can be closed', async () => {
  const frame = restingFrame(frameOf(0), async () => {
    throw new Error('no longer there')
  })
  await expect(frame.readRows(0, 1)).rejects.toThrow('no longer there')
  await frame.close()
})
