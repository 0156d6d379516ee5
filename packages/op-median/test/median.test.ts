import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDataLab, type JobRecord, LocalSource, MemoryStorage, wizardDescription } from '@datalab/core'
import { Header, type Image, readImage, writeImage } from '@datalab/fits'
import { images } from '@datalab/fits/images'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Median } from '../src/index.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'datalab-median-test-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Result {
  readonly image: Image
  readonly record: JobRecord
  readonly jpegs: readonly Uint8Array[]
}

async function objectAt(storage: MemoryStorage, url: string | undefined): Promise<Uint8Array> {
  const source = await storage.open((url ?? '').replace('memory:', ''))
  if (source === undefined) throw new Error(`nothing at ${url}`)
  const bytes = new Uint8Array(source.size)
  await source.read(0, bytes)
  return bytes
}

/** The median of files in the folder. */
async function medianOf(...names: string[]): Promise<Result> {
  const storage = new MemoryStorage()
  const sources = [new LocalSource({ roots: { data: folder } })]
  const lab = createDataLab({
    operations: [Median],
    services: [images()],
    sources,
    storage,
    scratch: join(folder, 'scratch'),
  })
  try {
    const job = await lab.submit(Median, { input_files: names.map((basename) => ({ basename, source: 'local' })) })
    const [output] = (await job.result()).output_files ?? []
    const jpegs = [await objectAt(storage, output?.large_url), await objectAt(storage, output?.small_url)]
    return { image: await readImage(await objectAt(storage, output?.fits_url)), record: await job.record(), jpegs }
  } finally {
    await lab.close()
  }
}

type Data = Parameters<typeof writeImage>[1]['data']

async function write(name: string, width: number, data: Data, header?: Header): Promise<void> {
  await writeImage(join(folder, name), {
    data,
    width,
    height: data.length / width,
    ...(header === undefined ? {} : { header }),
  })
}

test('three images of one size', async () => {
  await write('a.fits', 2, Float32Array.of(1, 9, 5, Number.NaN))
  await write('b.fits', 2, Float32Array.of(3, 7, Number.NaN, Number.NaN))
  await write('c.fits', 2, Float32Array.of(2, 8, 6, Number.NaN))
  const { image, record, jpegs } = await medianOf('a.fits', 'b.fits', 'c.fits')
  expect(image).toMatchObject({ width: 2, height: 2 })
  expect(image.data).toEqual(Float32Array.of(2, 8, 5.5, Number.NaN))
  expect(record).toMatchObject({
    status: 'COMPLETED',
    warnings: [],
    output: { output_files: [{ type: 'fits', basename: record.key }] },
  })
  for (const jpeg of jpegs) expect([...jpeg.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff])
})

test('images of different sizes are cropped to what they share, from the origin corner, with a warning', async () => {
  await write('wide.fits', 3, Float32Array.of(1, 2, 3, 4, 5, 6))
  await write('high.fits', 2, Float32Array.of(11, 12, 13, 14, 15, 16))
  const { image, record } = await medianOf('wide.fits', 'high.fits')
  expect(image).toMatchObject({ width: 2, height: 2 })
  expect([...image.data]).toEqual([6, 7, 8.5, 9.5])
  expect(record.warnings).toEqual(['The images differ in size: the result is cropped to 2 x 2 pixels.'])
})

test('integers and float64 together are float64', async () => {
  await write('int.fits', 1, Int16Array.of(3))
  await write('double.fits', 1, Float64Array.of(0.1))
  const { image } = await medianOf('int.fits', 'double.fits')
  expect(image.data).toEqual(Float64Array.of((3 + 0.1) / 2))
  expect(image.header.get('BITPIX')).toBe(-64)
})

test('64-bit integers, signed and unsigned, count as the nearest numbers of double precision', async () => {
  const most = 2n ** 63n - 1n
  const signed = [
    [most, most, -(2n ** 63n), 2n ** 53n + 1n],
    [most - 1n, -(2n ** 63n), 1n - 2n ** 63n, 2n ** 53n + 3n],
  ]
  const unsigned = signed.map((values) => values.map((value) => value + 2n ** 63n))
  const middle = async (kind: string, ...planes: (BigInt64Array | BigUint64Array)[]) => {
    const names = planes.map((_, index) => `${kind}${index}.fits`)
    for (const [index, plane] of planes.entries()) await write(names[index] as string, 2, plane)
    return (await medianOf(...names)).image.data
  }
  const [first, second] = signed.map((values) => BigInt64Array.from(values))
  expect(await middle('signed', first!, second!)).toEqual(Float64Array.of(2 ** 63, 0, -(2 ** 63), 2 ** 53 + 2))
  expect(await middle('odd', first!, second!, second!)).toEqual(Float64Array.from(second!, Number))
  const [big, other] = unsigned.map((values) => BigUint64Array.from(values))
  expect(await middle('unsigned', big!, other!)).toEqual(
    Float64Array.from([0, 1, 2, 3], (pixel) => (Number(big![pixel]) + Number(other![pixel])) / 2),
  )
})

test('16-bit integers are float32', async () => {
  await write('i1.fits', 1, Int16Array.of(3))
  await write('i2.fits', 1, Int16Array.of(4))
  expect((await medianOf('i1.fits', 'i2.fits')).image.data).toEqual(Float32Array.of(3.5))
})

describe('the header', () => {
  test('is that of the first input in the order of the job, without what described other pixels', async () => {
    const header = (object: string) => new Header().set('OBJECT', object).set('FILTER', 'rp').set('BUNIT', 'adu')
    await write('h1.fits', 2, Int16Array.of(1, 2), header('first'))
    await write('h2.fits', 2, Int16Array.of(3, 4), header('second'))
    const forth = (await medianOf('h1.fits', 'h2.fits')).image.header
    const back = (await medianOf('h2.fits', 'h1.fits')).image.header
    expect(forth.get('OBJECT')).toBe(back.get('OBJECT'))
    expect(forth.get('FILTER')).toBe('rp')
    expect(forth.get('BITPIX')).toBe(-32)
    for (const keyword of ['BZERO', 'BSCALE', 'BLANK']) expect(forth.has(keyword)).toBe(false)
  })

  test('tells how long, when and in which filters all of them were exposed', async () => {
    const night = (minute: number, filter: string) =>
      new Header()
        .set('EXPTIME', 60)
        .set('DATE-OBS', `2024-07-18T21:${minute}:00.000`)
        .set('FILTER', filter)
        .set('GAIN', 2)
    await write('n1.fits', 2, Int16Array.of(1, 2), night(30, 'rp'))
    await write('n2.fits', 2, Int16Array.of(3, 4), night(10, 'rp'))
    await write('n3.fits', 2, Int16Array.of(5, 6), night(50, 'rp'))
    const { header } = (await medianOf('n1.fits', 'n2.fits', 'n3.fits')).image
    const keywords = ['EXPTIME', 'TEXPTIME', 'NCOMBINE', 'DATE-OBS', 'DATE-AVG', 'FILTER', 'GAIN']
    expect(keywords.map((keyword) => header.get(keyword))).toEqual([
      ...[60, 180, 3, '2024-07-18T21:10:00.000', '2024-07-18T21:30:30.000', 'rp', 4],
    ])
  })

  test('tells in HISTORY where the result comes from, the same each time', async () => {
    await write('p1.fits', 1, Float32Array.of(1))
    await write('p2.fits', 1, Float32Array.of(2))
    const { image, record } = await medianOf('p1.fits', 'p2.fits')
    const lines = image.header.getAll('HISTORY').map(String)
    const begin = lines.indexOf('DataLab provenance begins')
    const provenance = JSON.parse(lines.slice(begin + 1, lines.indexOf('DataLab provenance ends')).join(''))
    expect(provenance).toMatchObject({
      key: record.key,
      operation: { id: '@datalab/op-median', name: 'Median', revision: 2 },
      services: { '@datalab/fits/Images@1': 2 },
    })
    expect(provenance.inputs.input_files.map(({ basename }: { basename: string }) => basename).sort()).toEqual([
      'p1.fits',
      'p2.fits',
    ])
    expect(lines).toContain('Median of each pixel; NaN counts as missing.')
    expect(lines.join('')).not.toContain(folder)
    expect((await medianOf('p2.fits', 'p1.fits')).image.header.getAll('HISTORY')).toEqual(lines)
  })
})

describe('is refused, with a sentence', () => {
  test.each<[string, string[], RegExp]>([
    ['one image', ['a.fits'], /Input Files \(input_files\) needs at least 2, and 1 is given; add 1 more\./],
    ['a file that is not there', ['a.fits', 'none.fits'], /item 2: none\.fits does not exist\. Check its name\./],
    ['a folder', ['a.fits', 'folder'], /item 2: folder is a folder\. Give a file\./],
    ['a path that leads out', ['a.fits', '../a.fits'], /give a relative name, without '\.\.'/],
    ['too many', Array.from({ length: 1000 }, () => 'a.fits'), /takes at most 999, and 1000 are given; take 1 away\./],
    ['a text file', ['a.fits', 'text.fits'], /Input Files \(input_files\), text\.fits: /],
    ['half a file', ['a.fits', 'half.fits'], /Input Files \(input_files\), half\.fits: /],
    ['an image without any value', ['a.fits', 'empty.fits'], /, empty\.fits holds no values\. Leave it out\.$/],
  ])('%s', async (_, names, message) => {
    await write('a.fits', 2, Float32Array.of(1, 9, 5, 2))
    await write('whole.fits', 100, new Float32Array(10_000))
    await write('empty.fits', 2, new Float32Array(4).fill(Number.NaN))
    writeFileSync(join(folder, 'text.fits'), 'This is no image.')
    writeFileSync(join(folder, 'half.fits'), readFileSync(join(folder, 'whole.fits')).subarray(0, 20_000))
    mkdirSync(join(folder, 'folder'), { recursive: true })
    await expect(medianOf(...names)).rejects.toMatchObject({
      audience: 'user',
      message: expect.stringMatching(message),
    })
  })
})

test('the form is as front ends know it', () => {
  expect(wizardDescription(Median.info)).toEqual({
    name: 'Median',
    description:
      'The median operation takes in 2..n input images and calculated the median value pixel-by-pixel.\n\nThe output is a median image for the n input images. This operation is commonly used for background subtraction.',
    category: 'image',
    inputs: {
      input_files: {
        name: 'Input Files',
        description: 'The input files to operate on',
        type: 'fits',
        minimum: 2,
        maximum: 999,
      },
    },
  })
})

test('the version is that of the package', () => {
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(Median.info).toMatchObject({ id: name, version })
})
