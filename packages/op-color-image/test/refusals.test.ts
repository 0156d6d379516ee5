import { encodeImage } from '@datalab/fits'
import { images as realImages } from '@datalab/fits/images'
import { memoryImages, runOperation } from '@datalab/testing'
import { describe, expect, test } from 'vitest'
import { ColorImage } from '../src/index.js'
import { channel, GREEN, pictured, RED } from './pictures.js'

const { NaN: missing } = Number

describe('is refused, with a sentence that names the file and the way out', () => {
  const images = memoryImages({
    a: [[1, 2]],
    level: [[5, 5]],
    none: [[missing, missing]],
  })

  test.each([
    [
      'limits the wrong way round',
      'a',
      [9, 1],
      'Color channel 2 (a) would be shown from zmin 9 to zmax 1. Give a zmin that is less than zmax.',
    ],
    [
      'equal limits',
      'a',
      [1, 1],
      'Color channel 2 (a) would be shown from zmin 1 to zmax 1. Give a zmin that is less than zmax.',
    ],
    [
      'a limit beyond all values',
      'a',
      [7],
      'Color channel 2 (a) would be shown from zmin 7 to zmax 2. Give a zmin that is less than zmax.',
    ],
    [
      'one value in all pixels',
      'level',
      [],
      'Color channel 2 (level) has the value 5 in every pixel. Leave it out, or give it both zmin and zmax.',
    ],
    ['no values', 'none', [], 'Color channel 2 (none) holds no values. Leave it out.'],
    ['no values, with limits', 'none', [0, 1], 'Color channel 2 (none) holds no values. Leave it out.'],
  ])('%s', async (_, name, limits, message) => {
    const channels = [channel(images, 'a', RED), channel(images, name, GREEN, ...(limits as [number, number]))]
    await expect(pictured(images, channels)).rejects.toMatchObject({
      code: 'DATALAB_FAILED',
      audience: 'user',
      message,
    })
  })

  test('limits that contradict each other are refused before any file is read', async () => {
    const run = pictured(images, [channel(images, 'none', RED), channel(images, 'a', RED, 3, 2)])
    await expect(run).rejects.toMatchObject({ message: expect.stringContaining('Color channel 2 (a) would be shown') })
  })

  test('a cube', async () => {
    const cube = encodeImage({ data: new Int16Array(8), width: 2, height: 2, shape: [2, 2, 2] })
    images.source.set('cube', Buffer.concat([...cube]))
    await expect(pictured(images, [channel(images, 'cube', RED)])).rejects.toMatchObject({
      audience: 'user',
      message: expect.stringMatching(
        /Color Channel \(color_channels\), item 1, cube: its image has the axes 2 x 2 x 2\. Give an image of two axes\./,
      ),
    })
  })

  const a = { ...images.file('a'), color: RED }
  test.each<[string, unknown, RegExp]>([
    ['no channel', [], /Color Channel \(color_channels\) needs at least 1/],
    ['seven channels', Array.from({ length: 7 }, () => a), /takes at most 6, and 7 are given/],
    ['a channel without an image', [{ color: RED }], /item 1 has no basename/],
    ['a channel without a color', [images.file('a')], /item 1 has no color/],
    ['a color that is none', [{ ...a, color: { r: 256, g: 0, b: 0 } }], /item 1, color, r is 256/],
    ['a limit that is no number', [{ ...a, zmin: '1' }], /item 1, zmin/],
  ])('%s', async (_, color_channels, message) => {
    const run = runOperation(ColorImage, { color_channels } as never, [realImages()], { sources: [images.source] })
    await expect(run).rejects.toMatchObject({ code: 'DATALAB_INPUT_INVALID', message: expect.stringMatching(message) })
  })
})
