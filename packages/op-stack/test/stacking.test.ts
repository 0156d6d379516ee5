import { readFileSync } from 'node:fs'
import { createDataLab, type FitsFile, provide, wizardDescription } from '@datalab/core'
import { Header } from '@datalab/fits'
import { Images } from '@datalab/fits/images'
import { memoryImages, runOperation, testOperation } from '@datalab/testing'
import { describe, expect, it, test } from 'vitest'
import { Stacking, type StackingMode } from '../src/index.js'
import { fluxOf, skyHeader } from './fields.js'

const { NaN: missing } = Number

const night = (seconds: number, minute: string, filter = 'rp') =>
  new Header()
    .set('EXPTIME', seconds)
    .set('DATE-OBS', `2024-07-18T21:${minute}:00.000`)
    .set('FILTER', filter)
    .set('GAIN', 1.5)
    .addHistory('flat divided')
const image = (values: readonly number[], header: Header, width = 2) => {
  const data = Float32Array.from(values)
  return { data, width, height: data.length / width, header }
}
const images = memoryImages({
  a: [
    [1, 9],
    [5, missing],
  ],
  b: [
    [3, 7],
    [missing, missing],
  ],
  c: [
    [2, 8],
    [6, missing],
  ],
  unsigned: { data: Uint16Array.of(65535, 65535, 1, 2), width: 2, height: 2 },
  wide: [[10, 20, 30]],
  empty: [
    [missing, missing],
    [missing, missing],
  ],
  early: image([1, 2, 3, 4], night(30, '10')),
  late: image([1, 2, 3, 4], night(60, '40')),
  blue: image([1, 2, 3, 4], night(60, '50', 'gp')),
  here: image([1, 2, 3, 4], skyHeader(1, 1)),
  beside: image([1, 2, 3, 4], skyHeader(0, 1)),
  between: image([1, 2, 3, missing], skyHeader(1.5, 1.25)),
  projected: image([1, 2, 3, 4], skyHeader(1, 1).set('CTYPE1', 'RA---ZPN').set('CTYPE2', 'DEC--ZPN')),
})
const files = (...names: string[]) => names.map((name) => images.file(name))
const services = [provide(Images, images)]

async function stack(stacking_mode: StackingMode, ...names: string[]) {
  const run = await runOperation(Stacking, { input_files: files(...names), stacking_mode }, services)
  const [file] = run.output.output_files
  return { pixels: images.pixels(file), header: images.header(file), warnings: run.warnings }
}

describe('pixel by pixel', () => {
  test.each<[StackingMode, number[][]]>([
    [
      'simple',
      [
        [6, 24],
        [11, missing],
      ],
    ],
    [
      'mean',
      [
        [2, 8],
        [5.5, missing],
      ],
    ],
    [
      'sigma-clip',
      [
        [2, 8],
        [5.5, missing],
      ],
    ],
  ])('%s, NaN as missing', async (mode, expected) => {
    expect((await stack(mode, 'a', 'b', 'c')).pixels).toEqual(expected)
  })

  test('simple is what is done without a mode', async () => {
    const { output } = await runOperation(Stacking, { input_files: files('a', 'b') }, services)
    expect(images.pixels(output.output_files[0])[0]).toEqual([4, 16])
  })

  test('unsigned integers do not wrap', async () => {
    expect((await stack('simple', 'unsigned', 'unsigned')).pixels).toEqual([
      [131070, 131070],
      [2, 4],
    ])
  })

  test('an outlier counts for a mean, and not for one without outliers', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `frame${index}`)
    for (const [index, name] of names.entries()) images.set(name, [[10 + (index % 3), index === 5 ? 9000 : 10]])
    expect((await stack('mean', ...names)).pixels[0]?.[1]).toBeCloseTo((11 * 10 + 9000) / 12, 2)
    expect((await stack('sigma-clip', ...names)).pixels).toEqual([[11, 10]])
  })

  test('images of different sizes are cropped to what they share, with a warning', async () => {
    const { pixels, warnings } = await stack('simple', 'a', 'wide')
    expect(pixels).toEqual([[11, 29]])
    expect(warnings).toEqual(['The images differ in size: the result is cropped to 2 x 1 pixels.'])
  })

  test.each<StackingMode>(['simple', 'mean', 'sigma-clip'])('%s of more images than are open at once', async (mode) => {
    const names = Array.from({ length: 130 }, (_, index) => `many${index}`)
    for (const [index, name] of names.entries())
      images.set(name, [
        [index, index === 3 ? missing : 1],
        [missing, index === 7 ? 5 : missing],
      ])
    const { pixels } = await stack(mode, ...names)
    const [sum, ones] = [(129 * 130) / 2, 129]
    const expected = mode === 'simple' ? [sum, ones, missing, 5] : [sum / 130, 1, missing, 5]
    expect(pixels.flat()).toEqual(expected)
    images.set('many60', [
      [missing, missing],
      [missing, missing],
    ])
    await expect(stack(mode, ...names)).rejects.toMatchObject({
      message: 'Input Files (input_files), item 61, many60 holds no values. Leave it out.',
    })
  })
})

describe('laid on the first', () => {
  test('a shift by whole pixels changes no value, and the result holds all of both', async () => {
    const { pixels, header, warnings } = await stack('reproject', 'here', 'beside')
    expect(pixels).toEqual([
      [1, 3, 2],
      [3, 7, 4],
    ])
    expect([header.get('CRPIX1'), header.get('CRPIX2')]).toEqual([1, 1])
    expect(warnings).toEqual([])
    const back = await stack('reproject', 'beside', 'here')
    expect(back.pixels).toEqual(pixels)
    expect([back.header.get('CRPIX1'), back.header.get('CRPIX2')]).toEqual([1, 1])
  })

  test('values are shared out among the pixels that they cover; what is missing covers none', async () => {
    const { pixels, header } = await stack('reproject', 'here', 'between')
    expect([header.get('CRPIX1'), header.get('CRPIX2')]).toEqual([2, 2])
    // By half a column and a quarter of a row: 1/8 of each value goes below and 3/8 above, on either side.
    expect(pixels).toEqual([
      [0.125, 0.375, 0.25],
      [0.75, 1.5 + 1, 0.75 + 2],
      [1.125, 1.125 + 3, 4],
    ])
    expect(fluxOf(Float64Array.from(pixels.flat()))).toBe(16)
  })

  test.each([
    ['without world coordinates', 'a', /item 2, a cannot be laid on the others: its header has no world coordinates\./],
    ['of another projection', 'projected', /item 2, projected cannot be laid on the others: .*TAN/],
  ])('an image %s is refused by name', async (_, name, message) => {
    await expect(stack('reproject', 'here', name)).rejects.toMatchObject({
      code: 'DATALAB_FAILED',
      message: expect.stringMatching(message),
    })
  })
})

describe('the header', () => {
  test('of a sum', async () => {
    const { header } = await stack('simple', 'late', 'early')
    const said = ['EXPTIME', 'TEXPTIME', 'NCOMBINE', 'DATE-OBS', 'DATE-END', 'DATE-AVG', 'GAIN', 'FILTER']
    expect(said.map((keyword) => header.get(keyword))).toEqual([
      ...[90, undefined, 2, '2024-07-18T21:10:00.000', '2024-07-18T21:41:00.000', '2024-07-18T21:30:25.000'],
      ...[1.5, 'rp'],
    ])
    expect(header.getAll('HISTORY').slice(0, 2)).toEqual([
      'flat divided',
      'Sum of the images, pixel by pixel; NaN counts as missing.',
    ])
  })

  test('of a mean', async () => {
    const { header } = await stack('mean', 'late', 'early', 'blue')
    const said = ['EXPTIME', 'TEXPTIME', 'NCOMBINE', 'GAIN', 'FILTER'].map((keyword) => header.get(keyword))
    expect(said).toEqual([50, 150, 3, 4.5, 'rp+gp'])
    expect(header.getAll('HISTORY')).toContain('The images are of several filters: rp, gp.')
  })

  test('keeps world coordinates that are true, and says where they are not', async () => {
    const { header: same } = await stack('simple', 'here', 'here')
    expect(same.get('CRPIX1')).toBe(1)
    const { header, warnings } = await stack('simple', 'here', 'beside')
    expect(['CTYPE1', 'CRPIX1', 'CD1_1'].filter((keyword) => header.has(keyword))).toEqual([])
    expect(warnings).toEqual([
      'The images lie up to 1.0 pixels apart in the sky, and are stacked as they are. The stacking mode reproject lays them on each other.',
    ])
  })
})

describe('is refused, with a sentence', () => {
  test.each<StackingMode>(['simple', 'mean', 'sigma-clip'])('%s of an image without any value', async (mode) => {
    await expect(stack(mode, 'a', 'empty')).rejects.toMatchObject({
      code: 'DATALAB_FAILED',
      message: 'Input Files (input_files), item 2, empty holds no values. Leave it out.',
    })
  })
})

test.each<StackingMode>(['simple', 'sigma-clip', 'reproject'])('%s, however little memory there is', async (mode) => {
  const names = mode === 'reproject' ? ['here', 'beside'] : ['a', 'b', 'c']
  const lab = createDataLab({
    ...{ operations: [Stacking], services: [images.provider], sources: [images.source], memoryBudget: 100 },
  })
  try {
    const job = await lab.submit(Stacking, { input_files: files(...names), stacking_mode: mode })
    const [file] = (await job.result()).output_files ?? []
    expect(images.pixels(file)).toEqual((await stack(mode, ...names)).pixels)
  } finally {
    await lab.close()
  }
})

test('another order is another job: the first image is the one that the others are laid on', async () => {
  const keys = [files('a', 'b'), files('b', 'a')].map(
    async (input_files: FitsFile[]) => (await runOperation(Stacking, { input_files }, services)).record.key,
  )
  const [forth, back] = await Promise.all(keys)
  expect(forth).not.toBe(back)
})

test('the form is as front ends know it, with more modes', () => {
  expect(wizardDescription(Stacking.info)).toEqual({
    name: 'Stacking',
    description:
      'The stacking operation takes in 2..n input images and adds the values pixel-by-pixel.\n\nThe output is a stacked image for the n input images. This operation is commonly used for improving signal to noise.',
    category: 'image',
    inputs: {
      input_files: {
        name: 'Input Files',
        description: 'The input files to operate on',
        type: 'fits',
        minimum: 2,
        maximum: 999,
      },
      stacking_mode: {
        name: 'Stacking Mode',
        description: 'Choose simple stacking or reprojection before stacking',
        type: 'select',
        options: ['simple', 'reproject', 'mean', 'sigma-clip'],
        default: 'simple',
      },
    },
  })
})

test('the version is that of the package', () => {
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(Stacking.info).toMatchObject({ id: name, version })
})

testOperation(
  { describe, it },
  {
    operation: Stacking,
    services,
    valid: [
      { input_files: files('a', 'b') },
      { input_files: files('early', 'late', 'early'), stacking_mode: 'mean' },
      { input_files: files('a', 'b', 'c'), stacking_mode: 'sigma-clip' },
      { input_files: files('here', 'beside', 'between'), stacking_mode: 'reproject' },
    ],
    invalid: [
      {},
      { input_files: files('a') },
      { input_files: files('a', 'b'), stacking_mode: 'best' },
      { input_files: files('a', 'b'), stacking_mode: null },
      { input_files: Array.from({ length: 1000 }, () => images.file('a')) },
      { input_files: files('a', 'none') },
    ],
  },
)
