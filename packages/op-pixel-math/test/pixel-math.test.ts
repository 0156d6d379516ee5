import { readFileSync } from 'node:fs'
import { type FitsFile, lintWizard, provide, wizardDescription } from '@datalab/core'
import { Header } from '@datalab/fits'
import { Images, images as realImages } from '@datalab/fits/images'
import { MemorySource, memoryImages, runOperation, testOperation } from '@datalab/testing'
import { describe, expect, it, test } from 'vitest'
import { PixelMath } from '../src/index.js'

const { NaN: missing, POSITIVE_INFINITY: infinite } = Number

const header = new Header()
  .set('BUNIT', 'adu')
  .set('CRVAL1', 83.6)
  .set('CRPIX1', 12.5)
  .set('OBJECT', 'M42')
  .addHistory('dark taken away')
const adu = new Header().set('BUNIT', ' adu ').set('OBJECT', 'dome')
const images = memoryImages({
  light: { data: Float32Array.of(10, 20, missing, 40), width: 2, height: 2, header },
  sky: { data: Float32Array.of(1, 3, 2, missing), width: 2, height: 2, header: adu },
  flat: [
    [1, 2],
    [0, 4],
  ],
  wide: [[1, 2, 3]],
  double: { data: Float64Array.of(0.1, 0.2, 0.3, 0.4), width: 2, height: 2 },
  bright: { data: Float32Array.of(3e38, 1, 2, 3), width: 2, height: 2 },
  empty: [
    [missing, missing],
    [missing, missing],
  ],
})
const files = (...names: string[]) => names.map((name) => images.file(name))
const services = [provide(Images, images)]
const run = (expression: string, input_files: FitsFile[]) =>
  runOperation(PixelMath, { input_files, expression }, services)
const pixelsOf = async (expression: string, ...names: string[]) =>
  images.pixels((await run(expression, files(...names))).output.output_files[0])

test('the example of the form', async () => {
  const { output, record } = await run('(a - median(b)) / c * 1.5', files('light', 'sky', 'flat'))
  expect(output.output_files).toHaveLength(1)
  expect(output.output_files[0]).toMatchObject({ basename: record.key, type: 'fits' })
  expect(images.pixels(output.output_files[0])).toEqual([
    [12, 13.5],
    [missing, 14.25],
  ])
  expect(record.warnings).toEqual([])
})

test('images are a, b, c in the order in which they are given, and may be the same', async () => {
  expect(await pixelsOf('a - 2 b', 'sky', 'light')).toEqual([
    [-19, -37],
    [missing, missing],
  ])
  expect(await pixelsOf('a / b', 'flat', 'flat')).toEqual([
    [1, 1],
    [missing, 1],
  ])
})

test('26 images', async () => {
  const names = Array.from({ length: 26 }, (_, index) => (index % 2 === 0 ? 'light' : 'flat'))
  expect(await pixelsOf('a + e + z', ...names)).toEqual([
    [21, 42],
    [missing, 84],
  ])
})

test('float64 where an image is, else float32', async () => {
  const single = await run('a * 2', files('light'))
  expect(images.image(single.output.output_files[0]).data).toBeInstanceOf(Float32Array)
  const double = await run('a * 3', files('double', 'light'))
  expect(images.image(double.output.output_files[0]).data).toEqual(
    Float64Array.of(0.1, 0.2, 0.3, 0.4).map((x) => x * 3),
  )
})

test('a formula without an image is the same for every pixel', async () => {
  const { output, record } = await run('2 ^ 3 ^ 2', files('flat'))
  expect(images.pixels(output.output_files[0])).toEqual([
    [512, 512],
    [512, 512],
  ])
  expect(record.warnings).toEqual(['The expression does not use a: Images a, b, c, ... (input_files), item 1, flat.'])
})

describe('warnings', () => {
  test('images of other sizes are cropped to what they share', async () => {
    const { output, record } = await run('a + b', files('light', 'wide'))
    expect(images.pixels(output.output_files[0])).toEqual([[11, 22]])
    expect(record.warnings).toEqual(['The images differ in size: the result is cropped to 2 x 1 pixels.'])
  })

  test('values that are lost are counted; those that were not there are not', async () => {
    const { output, record } = await run('sqrt(a - 20) / b', files('light', 'flat'))
    expect(images.pixels(output.output_files[0])).toEqual([
      [missing, 0],
      [missing, Math.sqrt(20) / 4],
    ])
    expect(record.warnings).toEqual([
      'In the result 1 pixel is without a value (NaN), where every image has a value: by a division by 0, a number that is too large, or a root or logarithm of a negative one.',
    ])
    const divided = await run('1 / a', files('flat'))
    expect(images.pixels(divided.output.output_files[0])[1]?.[0]).toBe(infinite)
    expect(divided.record.warnings[0]).toMatch(/^In the result 1 pixel is infinite, where/)
  })

  test('values that float32 cannot hold are lost', async () => {
    const { output, record } = await run('a * 2', files('bright'))
    expect(images.pixels(output.output_files[0])[0]?.[0]).toBe(infinite)
    expect(record.warnings[0]).toMatch(/1 pixel is infinite/)
  })

  test('e is told to be a number where there are fewer than five images', async () => {
    const { output, record } = await run('a * 0 + e', files('flat'))
    expect(images.pixels(output.output_files[0])[0]?.[0]).toBe(Math.E)
    expect(record.warnings).toEqual([`e is the number ${Math.E}, since there is no fifth image.`])
  })
})

describe('the header', () => {
  const headerOf = async (expression: string, ...names: string[]) =>
    images.header((await run(expression, files(...names))).output.output_files[0])

  test('is that of the first image, and tells the formula, its images, its statistics, and whose exposure it has', async () => {
    const saved = await headerOf('(a - median(b)) / max(c)', 'light', 'sky', 'flat')
    expect(['CRVAL1', 'CRPIX1', 'OBJECT'].map((keyword) => saved.get(keyword))).toEqual([83.6, 12.5, 'M42'])
    expect(saved.getAll('HISTORY').slice(0, 8)).toEqual([
      'dark taken away',
      'Each pixel is (a - median(b)) / max(c)',
      'a = light',
      'b = sky',
      'c = flat',
      'median(b) = 2',
      'max(c) = 4',
      'Exposure, time, gain and noise in this header are those of a',
    ])
  })

  test.each([
    ['c + 1', 'dome', 'c'],
    ['b / c', 'M42', 'b'],
    ['c - median(b)', 'dome', 'c'],
    ['0 * median(b)', 'M42', 'b'],
    ['1', undefined, 'a'],
  ])('%s has that of the first image which it uses', async (expression, object, letter) => {
    const saved = await headerOf(expression, 'flat', 'light', 'sky')
    expect(saved.get('OBJECT')).toBe(object)
    expect(saved.getAll('HISTORY')).toContain(`Exposure, time, gain and noise in this header are those of ${letter}`)
  })

  test.each([
    ['a - b', 'adu'],
    ['(a - median(b)) * 1.5 + 100', 'adu'],
    ['a > 3 ? abs(b) : min(a, b)', 'adu'],
    ['a * (b / a)', 'adu'],
    ['a / b', undefined],
    ['a * b', undefined],
    ['a / c', undefined],
    ['sqrt(a)', undefined],
    ['c', undefined],
  ])('%s has the unit %s', async (expression, unit) => {
    expect((await headerOf(expression, 'light', 'sky', 'flat')).get('BUNIT')).toBe(unit)
  })
})

describe('is refused, with a sentence', () => {
  test('an image that is not there', async () => {
    await expect(run('a - d', files('light', 'sky', 'flat'))).rejects.toMatchObject({
      code: 'DATALAB_FAILED',
      audience: 'user',
      message:
        "Expression (expression), character 5, a - [here]d: There is no image 'd'; 3 images are given: a to c. The constants are pi, tau, e, NaN and Infinity.",
    })
  })

  test('before any file is read', async () => {
    const unread = new MemorySource({ 'damaged.fits': Buffer.from('no image') })
    const inputs = { input_files: [unread.file('damaged.fits')], expression: 'a -' }
    await expect(runOperation(PixelMath, inputs, [realImages()])).rejects.toMatchObject({
      code: 'DATALAB_FAILED',
      message: 'Expression (expression), character 4, a -[here]: Unexpected end of expression.',
    })
  })

  test('a statistic of an image without any value', async () => {
    await expect(run('a - median(b)', files('light', 'empty'))).rejects.toMatchObject({
      code: 'DATALAB_FAILED',
      message: 'There is no median(b): it is of pixels without values, or of infinite ones. Leave that image out.',
    })
  })
})

test('another order, or another expression, is another job', async () => {
  const keys = await Promise.all([
    run('a + b', files('light', 'sky')),
    run('a + b', files('sky', 'light')),
    run('b + a', files('light', 'sky')),
  ])
  expect(new Set(keys.map(({ record }) => record.key)).size).toBe(3)
})

test('the form can be shown by front ends', () => {
  const description = wizardDescription(PixelMath.info)
  expect(description).toEqual({
    name: 'Pixel Math',
    description: PixelMath.info.description,
    category: 'image',
    inputs: {
      input_files: {
        name: 'Images a, b, c, ...',
        description: 'The images that the expression calls a, b, c and so on, in this order',
        type: 'fits',
        minimum: 1,
        maximum: 26,
      },
      expression: {
        name: 'Expression, such as (a - median(b)) / c * 1.5',
        description: 'A formula for each pixel of the images, such as (a - median(b)) / c * 1.5',
        type: 'string',
      },
    },
  })
  expect(lintWizard(description).filter(({ level }) => level === 'problem')).toEqual([])
})

test('the version is that of the package', () => {
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(PixelMath.info).toMatchObject({ id: name, version })
})

testOperation(
  { describe, it },
  {
    operation: PixelMath,
    services,
    valid: [
      { input_files: files('light', 'sky', 'flat'), expression: '(a - median(b)) / c * 1.5' },
      { input_files: files('light'), expression: 'a > mean(a) ? a : NaN' },
      { input_files: files('double', 'light'), expression: 'mad(a - b) + sqrt(a)' },
    ],
    invalid: [
      {},
      { input_files: files('light') },
      { input_files: files('light'), expression: 3 },
      { input_files: files('light'), expression: '' },
      { input_files: [], expression: 'a' },
      { input_files: Array.from({ length: 27 }, () => images.file('light')), expression: 'a' },
      { input_files: files('none'), expression: 'a' },
    ],
  },
)
