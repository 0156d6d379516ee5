import { readFileSync } from 'node:fs'
import { type FitsFile, provide, wizardDescription } from '@datalab/core'
import { Header, readImage } from '@datalab/fits'
import { Images, images as realImages } from '@datalab/fits/images'
import { memoryImages, runOperation, testOperation } from '@datalab/testing'
import { describe, expect, it, test } from 'vitest'
import { IncreaseBrightness } from '../src/index.js'
import { expectations, fixtures, hashOf } from './fixture-frames.js'

const { NaN: missing } = Number

const header = new Header().set('BUNIT', 'electron').set('CRVAL1', 83.6).set('CRPIX1', 12.5).addHistory('flat divided')
const images = memoryImages({
  a: [
    [1, missing],
    [3, 4],
  ],
  b: [[10]],
  empty: [[missing, missing]],
  bright: { data: Float32Array.of(3e38, 3e38, 1, missing, Number.POSITIVE_INFINITY), width: 5, height: 1 },
  single: { data: Float32Array.of(1, 2), width: 2, height: 1, header },
})
const files = (...names: string[]) => names.map((name) => images.file(name))
const services = [provide(Images, images)]

const run = (input_files: FitsFile[], increase_by: number) =>
  runOperation(IncreaseBrightness, { input_files, increase_by }, services)

test('adds the value to every pixel', async () => {
  const { output } = await run(files('a'), 5)
  expect(output.output_files.map((file) => images.pixels(file))).toEqual([
    [
      [6, missing],
      [8, 9],
    ],
  ])
})

test('darkens by a negative value', async () => {
  const { output } = await run(files('b'), -12.5)
  expect(images.pixels(output.output_files[0])).toEqual([[-2.5]])
})

test('gives one result for each image, in their order, those that are there twice too', async () => {
  const { output, record } = await run(files('b', 'a', 'b'), 1)
  expect(output.output_files).toMatchObject(
    [1, 2, 3].map((number) => ({ basename: `${record.key}-${number}`, type: 'fits' })),
  )
  expect(output.output_files.map((file) => images.image(file).data[0])).toEqual([11, 2, 11])
})

test('sums that are more than float32 can hold are told', async () => {
  const { output, record } = await run(files('bright'), 1e38)
  const { POSITIVE_INFINITY: infinite } = Number
  expect([...images.image(output.output_files[0]).data]).toEqual([
    infinite,
    infinite,
    Math.fround(1e38),
    missing,
    infinite,
  ])
  expect(record.warnings).toEqual([
    'Image to Brighten (input_files), item 1, bright: 2 pixels are more than float32 can hold, and infinite now.',
  ])
})

test('another order is another job', async () => {
  const [forth, back] = await Promise.all([run(files('a', 'b'), 1), run(files('b', 'a'), 1)])
  expect(forth.record.key).not.toBe(back.record.key)
})

test('shows each result as soon as it is there', async () => {
  const shown: number[] = []
  class Watched extends IncreaseBrightness {
    override async setOutput(partial: Parameters<IncreaseBrightness['setOutput']>[0]) {
      shown.push((partial as readonly unknown[]).length)
      await super.setOutput(partial)
    }
  }
  await runOperation(Watched, { input_files: files('a', 'b', 'single'), increase_by: 1 }, services)
  expect(shown).toEqual([1, 2, 3])
})

test('keeps the header, and says what was done', async () => {
  const { output } = await run(files('single'), 0.5)
  const saved = images.header(output.output_files[0])
  expect(['BUNIT', 'CRVAL1', 'CRPIX1'].map((keyword) => saved.get(keyword))).toEqual(['electron', 83.6, 12.5])
  expect(saved.getAll('HISTORY').slice(0, 2)).toEqual(['flat divided', '0.5 added to every pixel.'])
})

describe.each(Object.entries(expectations))('%s, as numpy does it', (name, { bitpix, sha256 }) => {
  test.each(Object.entries(sha256))('%s added', async (amount, hash) => {
    const inputs = { input_files: [fixtures.file(name)], increase_by: Number(amount) }
    const finished = await runOperation(IncreaseBrightness, inputs, [realImages()])
    const [fits] = await finished.objects('fits')
    const image = await readImage(fits as Uint8Array)
    expect([image.header.get('BITPIX'), hashOf(image.data)]).toEqual([bitpix, hash])
    expect(image.header.get('BUNIT')).toBe('adu')
    expect(image.header.get('CRVAL1')).toBe(250.4)
    expect(image.header.has('BSCALE')).toBe(false)
  })
})

describe('is refused, with a sentence', () => {
  test('a value that float32 cannot hold, where the result is float32', async () => {
    await expect(run(files('single'), 1e39)).rejects.toMatchObject({
      code: 'DATALAB_FAILED',
      message:
        '1e+39 cannot be added to Image to Brighten (input_files), item 1, single: its result is float32. Give less than 3.4e38.',
    })
    const { output } = await run(files('b'), 1e39)
    expect(images.pixels(output.output_files[0])).toEqual([[1e39]])
  })

  test('an image without any value', async () => {
    await expect(run(files('b', 'empty'), 1)).rejects.toMatchObject({
      code: 'DATALAB_FAILED',
      message: 'Image to Brighten (input_files), item 2, empty holds no values. Leave it out.',
    })
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('%s', async (increase_by) => {
    await expect(run(files('a'), increase_by)).rejects.toMatchObject({ code: 'DATALAB_INPUT_INVALID' })
  })
})

test('the form is that of the walkthrough, with a type that front ends know', () => {
  expect(wizardDescription(IncreaseBrightness.info)).toEqual({
    name: 'Increase Brightness',
    description: "Increases the image's brightness by a value N.",
    category: 'image',
    inputs: {
      input_files: {
        name: 'Image to Brighten',
        description: "A image to increase it's brightness",
        type: 'fits',
        minimum: 1,
        maximum: 999,
      },
      increase_by: { name: 'Value to brighten by', description: 'Value to add to the image', type: 'float' },
    },
  })
})

test('the version is that of the package', () => {
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(IncreaseBrightness.info).toMatchObject({ id: name, version })
})

testOperation(
  { describe, it },
  {
    operation: IncreaseBrightness,
    services,
    valid: [
      { input_files: files('a'), increase_by: 0 },
      { input_files: files('b', 'a', 'single', 'b'), increase_by: -2.5 },
    ],
    invalid: [
      {},
      { input_files: files('a') },
      { input_files: files('a'), increase_by: '2' },
      { input_files: files('a'), increase_by: null },
      { input_files: [], increase_by: 2 },
      { input_files: Array.from({ length: 1000 }, () => images.file('a')), increase_by: 2 },
      { input_files: files('none'), increase_by: 2 },
    ],
  },
)
