import { readFileSync } from 'node:fs'
import { createDataLab, type FitsFile, provide, wizardDescription } from '@datalab/core'
import { Header, readImage } from '@datalab/fits'
import { Images, images as realImages } from '@datalab/fits/images'
import { memoryImages, runOperation, testOperation } from '@datalab/testing'
import { describe, expect, it, test } from 'vitest'
import { Normalization } from '../src/index.js'
import { expectations, fixtures, hashOf } from './fixture-frames.js'

const { NaN: missing, POSITIVE_INFINITY: infinite } = Number

const header = new Header().set('BUNIT', 'adu').set('GAIN', 1.5).set('CRVAL1', 83.6).addHistory('bias subtracted')
const images = memoryImages({
  a: [
    [1, 2],
    [4, missing],
  ],
  b: [[10, 30]],
  zero: [[-1, 0, 3]],
  empty: [[missing, infinite]],
  negative: [[-2, -4, -6]],
  tiny: { data: Float32Array.of(1e-40, 1e-40, 3e38), width: 3, height: 1 },
  single: { data: Float32Array.of(1, 2, 3), width: 3, height: 1, header },
})
const files = (...names: string[]) => names.map((name) => images.file(name))
const services = [provide(Images, images)]
const run = (input_files: FitsFile[]) => runOperation(Normalization, { input_files }, services)

test('divides each image by its own median, missing values left out', async () => {
  const { output } = await run(files('a', 'b'))
  expect(output.output_files.map((file) => images.pixels(file))).toEqual([
    [
      [0.5, 1],
      [2, missing],
    ],
    [[0.5, 1.5]],
  ])
})

test('gives one result for each image, in their order, those that are there twice too', async () => {
  const { output, record } = await run(files('b', 'a', 'b'))
  expect(output.output_files).toMatchObject(
    [1, 2, 3].map((number) => ({ basename: `${record.key}-${number}`, type: 'fits' })),
  )
  expect(output.output_files.map((file) => images.image(file).data[0])).toEqual([0.5, 0.5, 0.5])
  expect(output.output_files.map(({ input }) => (input as FitsFile | undefined)?.basename)).toEqual(['b', 'a', 'b'])
})

test('shows each result as soon as it is there', async () => {
  const shown: number[] = []
  class Watched extends Normalization {
    override async setOutput(partial: Parameters<Normalization['setOutput']>[0]) {
      shown.push((partial as readonly unknown[]).length)
      await super.setOutput(partial)
    }
  }
  await runOperation(Watched, { input_files: files('a', 'b', 'single') }, services)
  expect(shown).toEqual([1, 2, 3])
})

test('images that do not fit into memory are the same, and told of the same', async () => {
  const lab = createDataLab({
    ...{ operations: [Normalization], services: [images.provider], sources: [images.source], memoryBudget: 4 },
  })
  try {
    const input_files = files('a', 'b', 'single', 'tiny', 'negative')
    const { output } = await run(input_files)
    const job = await lab.submit(Normalization, { input_files })
    const result = await job.result()
    expect(result.output_files?.map((file) => images.pixels(file))).toEqual(
      output.output_files.map((file) => images.pixels(file)),
    )
    expect((await job.record()).warnings).toHaveLength(2)
    const refused = await lab.submit(Normalization, { input_files: files('zero') })
    await expect(refused.result()).rejects.toMatchObject({ code: 'DATALAB_FAILED' })
  } finally {
    await lab.close()
  }
})

test('the header says what was done, and what is still true', async () => {
  const { output } = await run(files('single'))
  const saved = images.header(output.output_files[0])
  expect(['BUNIT', 'GAIN', 'CRVAL1'].map((keyword) => saved.get(keyword))).toEqual([undefined, 3, 83.6])
  expect(saved.getAll('HISTORY').slice(0, 2)).toEqual(['bias subtracted', 'Divided by its median, 2.'])
})

describe.each(Object.entries(expectations))('%s, as numpy does it', (name, { bitpix, sha256, median }) => {
  test('divided by its median', async () => {
    const finished = await runOperation(Normalization, { input_files: [fixtures.file(name)] }, [realImages()])
    const image = await readImage((await finished.objects('fits'))[0] as Uint8Array)
    expect([image.header.get('BITPIX'), hashOf(image.data)]).toEqual([bitpix, sha256])
    expect(image.header.getAll('HISTORY')).toContain(`Divided by its median, ${median}.`)
    expect(['BSCALE', 'BZERO', 'BLANK'].filter((keyword) => image.header.has(keyword))).toEqual([])
    expect(image.header.get('FILTER')).toBe('rp')
  })
})

describe('is told', () => {
  test('a median below 0, which turns bright into dark', async () => {
    const { output, record } = await run(files('negative'))
    expect(images.pixels(output.output_files[0])).toEqual([[0.5, 1, 1.5]])
    expect(record.warnings).toEqual([
      'Input Files (input_files), item 1, negative has a median of -4: what is bright in it is dark in the result.',
    ])
  })

  test('a quotient that is more than the result can hold', async () => {
    const { record } = await run(files('tiny'))
    expect(record.warnings).toEqual([
      'Input Files (input_files), item 1, tiny: 1 pixels are more than its result can hold, and infinite now.',
    ])
  })
})

describe('is refused, with a sentence that names the file', () => {
  test('an image whose median is 0', async () => {
    await expect(run(files('a', 'zero'))).rejects.toMatchObject({
      code: 'DATALAB_FAILED',
      message:
        'Input Files (input_files), item 2, zero has a median of 0, and nothing can be divided by that. Leave it out.',
    })
  })

  test('an image without finite values', async () => {
    await expect(run(files('empty'))).rejects.toMatchObject({
      code: 'DATALAB_FAILED',
      message: 'Input Files (input_files), item 1, empty holds no values, and so has no median. Leave it out.',
    })
  })
})

test('the form is as front ends know it', () => {
  expect(wizardDescription(Normalization.info)).toEqual({
    name: 'Normalization',
    description:
      "The normalize operation takes in 1..n input images and calculates each image's median value and divides every pixel by that value.\n\nThe output is a normalized image. This operation is commonly used as a precursor step for flat removal.",
    category: 'image',
    inputs: {
      input_files: {
        name: 'Input Files',
        description: 'The input files to operate on',
        type: 'fits',
        minimum: 1,
        maximum: 999,
      },
    },
  })
})

test('the version is that of the package', () => {
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(Normalization.info).toMatchObject({ id: name, version })
})

testOperation(
  { describe, it },
  {
    operation: Normalization,
    services,
    valid: [{ input_files: files('a') }, { input_files: files('b', 'a', 'single', 'b') }],
    invalid: [
      {},
      { input_files: [] },
      { input_files: files('a'), by: 2 },
      { input_files: Array.from({ length: 1000 }, () => images.file('a')) },
      { input_files: files('none') },
    ],
  },
)
