import { readFileSync } from 'node:fs'
import { type FitsFile, provide, wizardDescription } from '@datalab/core'
import { Header, readImage } from '@datalab/fits'
import { Images, images as realImages } from '@datalab/fits/images'
import { memoryImages, runOperation, testOperation } from '@datalab/testing'
import { describe, expect, it, test } from 'vitest'
import { Subtraction } from '../src/index.js'
import { expectations, fixtures, hashOf } from './fixture-frames.js'

const { NaN: missing } = Number

const header = new Header().set('BUNIT', 'adu').set('EXPTIME', 30).set('CRVAL1', 83.6).addHistory('flat divided')
const images = memoryImages({
  a: [
    [1, 2],
    [3, missing],
  ],
  b: { data: Uint16Array.of(1, 2, 3, 65535), width: 2, height: 2 },
  dark: { data: Uint16Array.of(2, 2, 2, 2), width: 2, height: 2 },
  holes: [
    [missing, 1],
    [1, 1],
  ],
  wide: [[10, 20, 30]],
  high: [[1], [2], [3]],
  empty: [
    [missing, missing],
    [missing, missing],
  ],
  left: [[1, missing]],
  right: [[missing, 1]],
  single: { data: Float32Array.of(1, 2, 3, 4), width: 2, height: 2, header },
})
const files = (...names: string[]) => names.map((name) => images.file(name))
const services = [provide(Images, images)]
const run = (input_files: FitsFile[], subtracted: string) =>
  runOperation(Subtraction, { input_files, subtraction_file: files(subtracted) }, services)

test('subtracts one image from each of the others, missing where either is', async () => {
  const { output, record } = await run(files('a', 'dark'), 'holes')
  expect(output.output_files.map((file) => images.pixels(file))).toEqual([
    [
      [missing, 1],
      [2, missing],
    ],
    [
      [missing, 1],
      [1, 1],
    ],
  ])
  expect(record.warnings).toEqual([])
})

test('unsigned integers do not wrap', async () => {
  const { output } = await run(files('b'), 'dark')
  expect(images.pixels(output.output_files[0])).toEqual([
    [-1, 0],
    [1, 65533],
  ])
})

test('an image less itself is nothing', async () => {
  const { output } = await run(files('b'), 'b')
  expect(images.pixels(output.output_files[0])).toEqual([
    [0, 0],
    [0, 0],
  ])
})

test('gives one result for each image, in their order, each with its input', async () => {
  const { output, record } = await run(files('b', 'a', 'b'), 'dark')
  expect(output.output_files).toMatchObject(
    ['b', 'a', 'b'].map((basename, index) => ({ basename: `${record.key}-${index + 1}`, input: { basename } })),
  )
})

test('shows each result as soon as it is there', async () => {
  const shown: number[] = []
  class Watched extends Subtraction {
    override async setOutput(partial: Parameters<Subtraction['setOutput']>[0]) {
      shown.push((partial as readonly unknown[]).length)
      await super.setOutput(partial)
    }
  }
  const inputs = { input_files: files('a', 'b', 'single'), subtraction_file: files('dark') }
  await runOperation(Watched, inputs, services)
  expect(shown).toEqual([1, 2, 3])
})

test('images of different sizes are cropped to what both have, with one warning', async () => {
  const { output, record } = await run(files('wide', 'a', 'b', 'high'), 'a')
  expect(output.output_files.map((file) => images.pixels(file))).toEqual([
    [[9, 18]],
    [
      [0, 0],
      [0, missing],
    ],
    [
      [0, 0],
      [0, missing],
    ],
    [[0], [-1]],
  ])
  expect(record.warnings).toEqual([
    '2 of 4 images differ in size from the one to subtract: their results are cropped to what both have, the first of them to 2 x 1 pixels.',
  ])
})

test('keeps the header, and says what was done', async () => {
  const { output } = await run(files('single'), 'dark')
  const saved = images.header(output.output_files[0])
  expect(['BUNIT', 'EXPTIME', 'CRVAL1'].map((keyword) => saved.get(keyword))).toEqual(['adu', 30, 83.6])
  expect(saved.getAll('HISTORY').slice(0, 2)).toEqual(['flat divided', 'Subtracted pixel by pixel: dark.'])
})

const pairs = Object.entries(expectations).flatMap(([first, others]) =>
  Object.entries(others).map(([second, expected]) => ({ first, second, expected })),
)

test.each(pairs)('$first less $second, as numpy does it', async ({ first, second, expected }) => {
  const inputs = { input_files: [fixtures.file(first)], subtraction_file: [fixtures.file(second)] }
  const finished = await runOperation(Subtraction, inputs, [realImages({ previews: false })])
  const { data, header: saved, width, height } = await readImage((await finished.objects('fits'))[0] as Uint8Array)
  expect({ bitpix: saved.get('BITPIX'), shape: [height, width], sha256: hashOf(data) }).toEqual(expected)
})

describe('is refused, with a sentence', () => {
  test.each([
    [
      'an image',
      ['a', 'empty'],
      'dark',
      'Input Files (input_files), item 2, empty holds no values where dark does. Leave it out.',
    ],
    [
      'an image less one with holes elsewhere',
      ['left'],
      'right',
      'Input Files (input_files), item 1, left holds no values where right does. Leave it out.',
    ],
    [
      'an image to subtract',
      ['a'],
      'empty',
      'Subtraction File (subtraction_file), item 1, empty holds no values. Leave it out.',
    ],
  ])('%s without any value', async (_, names, subtracted, message) => {
    await expect(run(files(...names), subtracted)).rejects.toMatchObject({ code: 'DATALAB_FAILED', message })
  })
})

test('the form is as front ends know it', () => {
  const file = { type: 'fits', minimum: 1 }
  expect(wizardDescription(Subtraction.info)).toEqual({
    name: 'Subtraction',
    description:
      '\n          The Subtraction operation takes in 2..n input images and calculated the subtraction value pixel-by-pixel.\n          The output is a subtraction image for the n input images. This operation is commonly used for background subtraction.\n        ',
    category: 'image',
    inputs: {
      input_files: { ...file, name: 'Input Files', description: 'The input files to operate on', maximum: 999 },
      subtraction_file: {
        ...file,
        name: 'Subtraction File',
        description: 'This file will be subtracted from the input images.',
        maximum: 1,
      },
    },
  })
})

test('the version is that of the package', () => {
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(Subtraction.info).toMatchObject({ id: name, version })
})

testOperation(
  { describe, it },
  {
    operation: Subtraction,
    services,
    valid: [
      { input_files: files('a'), subtraction_file: files('dark') },
      { input_files: files('b', 'a', 'wide', 'b'), subtraction_file: files('b') },
    ],
    invalid: [
      {},
      { input_files: files('a') },
      { input_files: [], subtraction_file: files('a') },
      { input_files: files('a'), subtraction_file: [] },
      { input_files: files('a'), subtraction_file: files('a', 'b') },
      { input_files: files('a'), subtraction_file: images.file('a') },
      { input_files: Array.from({ length: 1000 }, () => images.file('a')), subtraction_file: files('a') },
      { input_files: files('none'), subtraction_file: files('a') },
    ],
  },
)
