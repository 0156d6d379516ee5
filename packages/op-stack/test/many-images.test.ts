import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FileSource, LocalSource } from '@datalab/core'
import { encodeImage } from '@datalab/fits'
import { MemorySource } from '@datalab/testing'
import { expect, onTestFinished, test } from 'vitest'
import { stacked } from './fields.js'

// More than are opened at once where threads cannot read them by themselves.
const COUNT = 70
const [width, height] = [9, 5]
const names = Array.from({ length: COUNT }, (_, index) => `${index}.fits`)

/** Values whose sum is another in any other order; one pixel is missing in all images, and some in some. */
function valueAt(image: number, pixel: number): number {
  if (pixel === 7 || (image + pixel) % 11 === 0) return Number.NaN
  return Math.fround(Math.sin(image * 31 + pixel) * 10 ** ((image * 7 + pixel) % 12))
}

/** The images as FITS files, the last one wider by so much. */
function files(wider: number): Record<string, Buffer> {
  const entries = names.map((name, image) => {
    const own = width + (image === COUNT - 1 ? wider : 0)
    const data = Float32Array.from({ length: own * height }, (_, i) =>
      i % own < width ? valueAt(image, Math.floor(i / own) * width + (i % own)) : 1,
    )
    return [name, Buffer.concat([...encodeImage({ data, width: own, height })])] as const
  })
  return Object.fromEntries(entries)
}

/** Files that threads read by themselves. */
async function localSource(contents: Record<string, Buffer>): Promise<FileSource> {
  const folder = await mkdtemp(join(tmpdir(), 'many-images-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, content] of Object.entries(contents)) await writeFile(join(folder, name), content)
  return new LocalSource({ roots: { real: folder } })
}

const memorySource = async (contents: Record<string, Buffer>) => new MemorySource(contents, { name: 'local' })

function expected(mode: 'simple' | 'mean'): Float32Array {
  return Float32Array.from({ length: width * height }, (_, pixel) => {
    const values = names.map((_, image) => valueAt(image, pixel)).filter((value) => !Number.isNaN(value))
    const sum = values.reduce((total, value) => total + value, 0)
    if (values.length === 0) return Number.NaN
    return mode === 'mean' ? sum / values.length : sum
  })
}

test.each([
  ['files', 'simple', localSource, 0],
  ['files', 'mean', localSource, 0],
  ['files of which one is cropped', 'simple', localSource, 3],
  ['what lies elsewhere', 'simple', memorySource, 0],
  ['what lies elsewhere', 'mean', memorySource, 3],
] as const)(
  'many %s, %s: values are added in the order of the images, and rounded once',
  async (_, mode, of, wider) => {
    const { image, warnings } = await stacked(names, mode, await of(files(wider)))
    expect(Buffer.from(image.data.buffer).equals(Buffer.from(expected(mode).buffer))).toBe(true)
    expect(warnings).toHaveLength(wider === 0 ? 0 : 1)
  },
)

test.each([
  ['files', localSource],
  ['what lies elsewhere', memorySource],
] as const)('many %s: one without values is refused by name', async (_, of) => {
  const empty = new Float32Array(width * height).fill(Number.NaN)
  const contents = { ...files(0), '66.fits': Buffer.concat([...encodeImage({ data: empty, width, height })]) }
  await expect(stacked(names, 'simple', await of(contents))).rejects.toMatchObject({
    code: 'DATALAB_FAILED',
    message: expect.stringMatching(/item 67, 66\.fits holds no values\. Leave it out\.$/),
  })
})
