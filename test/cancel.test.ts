import { linkSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Header, writeImage } from '@datalab/fits'
import { describe, expect, test } from 'vitest'
import { MachineHost, machineFolder } from './fixtures/machine.js'

const COUNT = 25
const SIZE = 2048

/** World coordinates of 1e-4 degrees a pixel, turned a little more for each image. */
function skyHeader(index: number): Header {
  const [cos, sin] = [1e-4 * Math.cos(index / 50), 1e-4 * Math.sin(index / 50)]
  const cards = {
    ...{ CTYPE1: 'RA---TAN', CTYPE2: 'DEC--TAN', CRVAL1: 150, CRVAL2: 30, CRPIX1: SIZE / 2, CRPIX2: SIZE / 2 },
    ...{ CD1_1: -cos, CD1_2: sin, CD2_1: sin, CD2_2: cos },
  }
  return Object.entries(cards).reduce((header, [keyword, value]) => header.set(keyword, value), new Header())
}

/** So many images of 16 MB, by three that are there under several names. */
async function bigFrames(folder: string) {
  const frames = join(folder, 'frames')
  mkdirSync(frames)
  for (let index = 0; index < 3; index++) {
    const data = new Float32Array(SIZE * SIZE).map((_, pixel) => (pixel * (index + 7)) % 1009)
    await writeImage(join(frames, `${index}.fits`), { data, width: SIZE, height: SIZE, header: skyHeader(index) })
  }
  for (let index = 3; index < COUNT; index++) linkSync(join(frames, `${index % 3}.fits`), join(frames, `${index}.fits`))
  return readdirSync(frames).map((basename) => ({ source: 'local', root: 'frames', basename }))
}

/** That a run of a job that tells this is cancelled in less than a second, and leaves nothing. */
async function expectCancelled(
  executor: 'inline' | 'processes',
  message: string,
  [operation, inputsOf]: readonly [string, (files: readonly object[]) => object],
): Promise<void> {
  const folder = machineFolder()
  const files = await bigFrames(folder)
  const host = await MachineHost.start(folder, executor)
  const [key = ''] = await host.submit(operation, inputsOf(files))
  expect(await host.told(0, message)).toBe(true)
  const start = performance.now()
  await host.cancel(0)
  expect(performance.now() - start).toBeLessThan(1000)
  expect(await host.results()).toEqual(['DATALAB_ABORTED'])
  expect(await host.get(key)).toMatchObject({ status: 'CANCELLED', output: null })
  const objects = readdirSync(join(folder, 'results'), { recursive: true, withFileTypes: true })
  expect(objects.filter((entry) => entry.isFile())).toEqual([])
}

const all = (input_files: readonly object[]) => ({ input_files })

describe.each(['inline', 'processes'] as const)('a Median of 25 big images, %s', { timeout: 60_000 }, (executor) => {
  test.each(['Opening the images', `Combining ${COUNT} images`])('is cancelled in less than a second: %s', (message) =>
    expectCancelled(executor, message, ['Median', all]),
  )
})

describe('of big images', { timeout: 60_000 }, () => {
  test.each([
    ['a sum', `Stacking ${COUNT} images`, 'Stacking', all],
    ['a mean', `Stacking ${COUNT} images`, 'Stacking', (files) => ({ ...all(files), stacking_mode: 'mean' })],
    [
      'a mean without outliers',
      `Stacking ${COUNT} images`,
      'Stacking',
      (files) => ({ ...all(files), stacking_mode: 'sigma-clip' }),
    ],
    [
      'what is laid on the first',
      `Stacking ${COUNT} images`,
      'Stacking',
      (files) => ({ ...all(files), stacking_mode: 'reproject' }),
    ],
    ['Normalization', 'Normalizing image', 'Normalization', all],
    [
      'Subtraction',
      'Subtracting from image',
      'Subtraction',
      (files) => ({ ...all(files), subtraction_file: files.slice(0, 1) }),
    ],
    [
      'a color image',
      'Adding channel 2',
      'Color Image',
      (files) => ({ color_channels: files.slice(0, 2).map((file) => ({ ...file, color: { r: 255, g: 80, b: 0 } })) }),
    ],
  ] satisfies [string, string, string, (files: readonly object[]) => object][])(
    '%s is cancelled in less than a second: %s',
    (_, message, operation, inputsOf) => expectCancelled('inline', message, [operation, inputsOf]),
  )
})
