import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readImage } from '@datalab/fits'
import { afterAll, expect, test } from 'vitest'
import { FrameFiles, UNIT } from '../contest/frames/frame-files.mjs'
import { Sky } from '../contest/frames/sky.mjs'
import { quantile } from '../harness/statistics.mjs'

const SIDE = 64
const folder = mkdtempSync(join(tmpdir(), 'datalab-bench-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a frame is the same each time; another has other noise on the same stars', () => {
  const [one, again, other] = [0, 0, 1].map((number) => new Sky(SIDE).counts(number))
  expect(again).toEqual(one)
  expect(other).not.toEqual(one)
  // A cosmic ray is in one frame only: what is bright in both is a star.
  expect(Math.max(...one.map((value, pixel) => Math.min(value, other[pixel])))).toBeGreaterThan(2000)
})

test('the sky is 300 above the bias, with the noise of its light', () => {
  const counts = [...new Sky(256).counts(3)]
  expect(quantile(counts, 0.5)).toBeCloseTo(1300, -1)
  expect(quantile(counts, 0.5) - quantile(counts, 0.1587)).toBeCloseTo(Math.sqrt(325), -1)
  expect(Math.max(...counts)).toBeGreaterThan(1800)
})

test('files are made once, hold the same frame in each form, and pack as fpack does', async () => {
  const files = new FrameFiles(folder, SIDE)
  const [path] = await files.some(1, 'float32')
  const before = readFileSync(path)
  const [raw] = await files.some(1, 'uint16')
  const [unit] = await files.some(1, 'unit')
  const [packed, second] = await files.some(2, 'float32', { isPacked: true })
  expect(readFileSync(path)).toEqual(before)
  const { data, header } = await readImage(path)
  expect(header.get('K00119')).toBe(178.5)
  expect(header.get('EXTNAME')).toBe('SCI')
  expect((await readImage(raw)).data[0]).toBe(data[0] + 1000)
  expect((await readImage(unit)).data.map((value) => value * UNIT)).toEqual(data)
  expect(readFileSync(packed).includes("ZQUANTIZ= 'SUBTRACTIVE_DITHER_1'")).toBe(true)
  expect((await readImage(second)).data).not.toEqual((await readImage(packed)).data)
})
