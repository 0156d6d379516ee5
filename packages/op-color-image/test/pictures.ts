import { provide } from '@datalab/core'
import { Images } from '@datalab/fits/images'
import { type FinishedRun, type MemoryImages, runOperation } from '@datalab/testing'
import sharp from 'sharp'
import { expect } from 'vitest'
import { type Color, type ColorChannel, ColorImage } from '../src/index.js'

export const RED: Color = { r: 255, g: 0, b: 0 }
export const GREEN: Color = { r: 0, g: 255, b: 0 }
export const BLUE: Color = { r: 0, g: 0, b: 255 }
export const WHITE: Color = { r: 255, g: 255, b: 255 }

/** A picture as another program reads it: 16 bits, red, green, blue, the top row first. */
export interface ReadPicture {
  readonly width: number
  readonly height: number
  readonly words: Uint16Array
}

/** A channel of the frame of this name. */
export function channel(images: MemoryImages, name: string, color: Color, zmin?: number, zmax?: number): ColorChannel {
  const limits = { ...(zmin === undefined ? {} : { zmin }), ...(zmax === undefined ? {} : { zmax }) }
  return images.file(name, { color, ...limits })
}

/** The run that makes a picture of these channels. */
export function pictured(images: MemoryImages, color_channels: ColorChannel[]): Promise<FinishedRun> {
  return runOperation(ColorImage, { color_channels }, [provide(Images, images)])
}

/** The TIFF file of a run. */
export async function tiffOf(run: FinishedRun): Promise<ReadPicture> {
  const [tiff] = await run.objects('tif')
  const raw = sharp(tiff as Uint8Array)
    .toColourspace('rgb16')
    .raw({ depth: 'ushort' })
  const { data, info } = await raw.toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, words: new Uint16Array(new Uint8Array(data).buffer) }
}

/** A pixel of a picture, counted from the upper left corner. */
export function pixelAt({ width, words }: ReadPicture, x: number, y: number): [number, number, number] {
  return [...words.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)] as [number, number, number]
}

/** The ImageDescription of a TIFF file, as TIFF 6.0 has it. */
export function descriptionIn(tiff: Uint8Array): string | undefined {
  const file = Buffer.from(tiff)
  const start = file.readUInt32LE(4)
  const entries = Array.from({ length: file.readUInt16LE(start) }, (_, index) => start + 2 + 12 * index)
  const tags = entries.map((entry) => file.readUInt16LE(entry))
  expect(tags).toEqual([...tags].sort((a, b) => a - b))
  const entry = entries[tags.indexOf(270)]
  if (entry === undefined) return undefined
  expect(file.readUInt16LE(entry + 2)).toBe(2)
  const length = file.readUInt32LE(entry + 4)
  const at = length <= 4 ? entry + 8 : file.readUInt32LE(entry + 8)
  expect([at % 2, file[at + length - 1]]).toEqual([0, 0])
  return file.toString('latin1', at, at + length - 1)
}
