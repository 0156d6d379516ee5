import { createDataLab, provide } from '@datalab/core'
import { Header } from '@datalab/fits'
import { Images } from '@datalab/fits/images'
import { Median } from '@datalab/op-median'
import { expect, test } from 'vitest'
import { memoryImages, runOperation } from '../src/index.js'
import { IncreaseBrightness } from './increase-brightness.js'

test('frames keep their type, their header and what is missing', async () => {
  const images = memoryImages({
    rows: [
      [0.1, Number.NaN],
      [1e300, -0],
    ],
    shorts: { data: Int16Array.of(1, 2), width: 2, height: 1, header: { OBJECT: 'M13', EXPTIME: 30 } },
    floats: { data: Float32Array.of(0.5), width: 1, height: 1, header: new Header().set('FILTER', 'rp') },
  })
  const names = ['rows', 'shorts', 'floats']
  const inputs = { input_files: names.map((name) => images.file(name)), increase_by: 0 }
  const run = await runOperation(IncreaseBrightness, inputs, [provide(Images, images)])
  const [rows, shorts, floats] = run.output.output_files
  expect(images.pixels(rows)).toEqual([
    [0.1, Number.NaN],
    [1e300, 0],
  ])
  expect(images.image(rows).data).toBeInstanceOf(Float64Array)
  expect(images.image(shorts).data).toBeInstanceOf(Float32Array)
  expect([images.header(shorts).get('OBJECT'), images.header(shorts).get('EXPTIME')]).toEqual(['M13', 30])
  expect(images.header(floats).get('FILTER')).toBe('rp')
  expect(images.header(floats).getAll('HISTORY').join('')).toContain('@test/op-increase-brightness')
  expect(images.saved()).toEqual(run.output.output_files.map(({ basename }) => basename))
  expect((await run.objects('small'))[0]?.subarray(0, 2)).toEqual(Uint8Array.of(0xff, 0xd8))
})

test('a frame may get another version, which is another job', async () => {
  const images = memoryImages({ a: [[1]] })
  const inputs = { input_files: [images.file('a')], increase_by: 1 }
  const first = await runOperation(IncreaseBrightness, inputs, [provide(Images, images)])
  images.set('a', [[5]])
  const second = await runOperation(IncreaseBrightness, inputs, [provide(Images, images)])
  expect([first, second].map((run) => images.pixels(run.output.output_files[0]))).toEqual([[[1 + 1]], [[5 + 1]]])
  expect(second.record.key).not.toBe(first.record.key)
})

test('serve another host by their provider and their source', async () => {
  const images = memoryImages({ a: [[1, 2]], b: [[3, 4]] }, { name: 'elsewhere' })
  const lab = createDataLab({ operations: [Median], services: [images.provider], sources: [images.source] })
  try {
    const job = await lab.submit(Median, { input_files: [images.file('a'), images.file('b')] })
    expect(images.pixels((await job.result()).output_files?.[0])).toEqual([[2, 3]])
  } finally {
    await lab.close()
  }
})

test('outside a run they say what to do', async () => {
  const images = memoryImages({ a: [[1]] })
  await expect(images.open(images.file('a'))).rejects.toThrow(/images\.provider/)
  await expect(images.save({ data: Float32Array.of(1), width: 1, height: 1 })).rejects.toThrow(/runOperation/)
})

test('frames that are none, and outputs that are not there, are told of', () => {
  expect(() => memoryImages({ a: [] })).toThrow(/'a' has no pixels/)
  expect(() => memoryImages({ a: [[1, 2], [3]] })).toThrow(/Row 1 of the frame 'a' has 1 pixels, row 0 has 2/)
  expect(() => memoryImages().pixels(undefined)).toThrow(/no such output/)
  expect(() => memoryImages().pixels({ basename: 'x' })).toThrow(/saved as x; 0 were saved here: none/)
})
