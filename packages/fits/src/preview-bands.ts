import type { GreyPicture } from '@datalab/pixels'
import type { ImageHdu } from './image-hdu.js'
import { pixelKernels } from './pixel-kernels.js'
import { allocateSamples, type Samples } from './samples.js'
import { shrunk, spanOf } from './shrink.js'
import type { Limits } from './zscale.js'

/** Pixels that are read at once, unless one pixel of the picture covers more. */
const BAND_PIXELS = 2 ** 22

/** Rows whose values stand for the image's, pixels of each that are read, and values of each that are taken. */
const SAMPLE_ROWS = 128
const SAMPLE_PIXELS = 65_536
const SAMPLES = 1000

/** By how much of a row the sample moves on from row to row: the golden ratio, so that it meets no pattern of columns. */
const STEP = 0.618_033_988_75

/** How to make a picture. */
export interface PictureForm {
  /** How much smaller it is than the image: 1 or less. */
  readonly factor: number
  readonly limits: Limits
  readonly signal: AbortSignal | undefined
}

/** A box of the first plane's pixels. */
interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Finite values from rows at even steps through the first plane; from all of it where those have none. */
export async function sampleOf(hdu: ImageHdu, signal: AbortSignal | undefined): Promise<Float64Array> {
  const width = Math.min(hdu.width, SAMPLE_PIXELS)
  const rows = Math.min(hdu.height, SAMPLE_ROWS)
  const boxes = Array.from({ length: SAMPLE_ROWS }, (_, i) => ({
    x: Math.floor(((i * STEP) % 1) * (hdu.width - width + 1)),
    y: Math.floor((((i % rows) + 0.5) * hdu.height) / rows),
    width,
    height: 1,
  }))
  // In a row that is read as a whole there is nothing more to find.
  const sample = await finiteIn(hdu, width === hdu.width ? boxes.slice(0, rows) : boxes, signal)
  return sample.length > 0 ? sample : finiteIn(hdu, boxesOf(hdu), signal)
}

async function finiteIn(hdu: ImageHdu, boxes: Iterable<Box>, signal: AbortSignal | undefined): Promise<Float64Array> {
  const reader = new BoxReader(hdu, signal)
  const found: number[] = []
  for (const box of boxes) found.push(...pixelKernels().sampleFinite(await reader.read(box), SAMPLES))
  return Float64Array.from(found)
}

/** The first plane, band by band. */
function* boxesOf({ width, height }: ImageHdu): Generator<Box, void> {
  const part = { width: Math.min(width, BAND_PIXELS), height: Math.max(1, Math.floor(BAND_PIXELS / width)) }
  for (let y = 0; y < height; y += part.height) {
    for (let x = 0; x < width; x += part.width) {
      yield { x, y, width: Math.min(part.width, width - x), height: Math.min(part.height, height - y) }
    }
  }
}

/** The first plane as bytes, black to white, the top row of the picture first: each the average of the pixels that it covers. */
export async function pictureOf(hdu: ImageHdu, { factor, limits, signal }: PictureForm): Promise<GreyPicture> {
  const [width, height] = [shrunk(hdu.width, factor), shrunk(hdu.height, factor)]
  const picture = { pixels: new Uint8Array(width * height), width, height }
  const reader = new BoxReader(hdu, signal)
  for (const target of targetsOf(hdu, picture)) {
    const box = coveredBy(target, hdu, picture)
    const greys = reader.greysOf(await reader.read(box), limits)
    fill(picture, target, { hdu, box, greys })
  }
  return picture
}

/** The picture in boxes, each of which covers as many pixels as are read at once: of whole rows, or of parts of one. */
function* targetsOf({ width, height }: ImageHdu, picture: GreyPicture): Generator<Box, void> {
  const perRow = width * Math.ceil(height / picture.height)
  const rows = Math.max(1, Math.floor(BAND_PIXELS / perRow))
  const perPixel = perRow / picture.width
  const columns = perRow > BAND_PIXELS ? Math.max(1, Math.floor(BAND_PIXELS / perPixel)) : picture.width
  for (let y = 0; y < picture.height; y += rows) {
    for (let x = 0; x < picture.width; x += columns) {
      yield { x, y, width: Math.min(columns, picture.width - x), height: Math.min(rows, picture.height - y) }
    }
  }
}

/** The image's pixels that a box of the picture covers; row 0 of the image is the picture's last. */
function coveredBy(target: Box, hdu: ImageHdu, picture: GreyPicture): Box {
  const [left] = spanOf(target.x, hdu.width, picture.width)
  const [, right] = spanOf(target.x + target.width - 1, hdu.width, picture.width)
  const [top] = spanOf(target.y, hdu.height, picture.height)
  const [, bottom] = spanOf(target.y + target.height - 1, hdu.height, picture.height)
  return { x: left, y: hdu.height - bottom, width: right - left, height: bottom - top }
}

/** Grey pixels of the image. */
interface Greys {
  readonly hdu: ImageHdu
  readonly box: Box
  readonly greys: Uint8Array
}

function fill(picture: GreyPicture, target: Box, { hdu, box, greys }: Greys): void {
  for (let y = target.y; y < target.y + target.height; y++) {
    const [top, bottom] = spanOf(y, hdu.height, picture.height)
    const first = (hdu.height - bottom - box.y) * box.width
    const rows = greys.subarray(first, first + (bottom - top) * box.width)
    const start = y * picture.width + target.x
    fillRow(
      rows,
      bottom - top,
      { x: box.x, from: hdu.width, at: target.x, into: picture.width },
      picture.pixels.subarray(start, start + target.width),
    )
  }
}

/** Where a part of a row lies in the image and in the picture, which are `from` and `into` pixels wide. */
interface Place {
  readonly x: number
  readonly from: number
  readonly at: number
  readonly into: number
}

function fillRow(rows: Uint8Array, count: number, place: Place, target: Uint8Array): void {
  const width = rows.length / count
  if (target.length === place.into) {
    if (count === 1 && width === target.length) target.set(rows)
    else pixelKernels().shrink(rows, { width, height: count }, target, { width: target.length, height: 1 })
    return
  }
  for (let i = 0; i < target.length; i++) {
    const [left, right] = spanOf(place.at + i, place.from, place.into)
    let sum = 0
    for (let row = 0; row < count; row++) {
      const start = row * width - place.x
      for (let x = start + left; x < start + right; x++) sum += rows[x]!
    }
    target[i] = Math.round(sum / ((right - left) * count))
  }
}

/** Reads boxes of the first plane, always into the same memory. */
class BoxReader {
  readonly #hdu: ImageHdu
  readonly #signal: AbortSignal | undefined
  #values: Samples
  #greys = new Uint8Array(0)

  constructor(hdu: ImageHdu, signal: AbortSignal | undefined) {
    this.#hdu = hdu
    this.#signal = signal
    this.#values = allocateSamples(hdu.sampleType, 0)
  }

  /** The values of a box, until the next one is read. */
  async read({ x, y, width, height }: Box): Promise<Samples> {
    const length = width * height
    if (this.#values.length < length) this.#values = allocateSamples(this.#hdu.sampleType, length)
    const { shape } = this.#hdu
    const start = [...shape.map(() => 0), y, x].slice(-shape.length)
    const size = [...shape.map(() => 1), height, width].slice(-shape.length)
    const section = { start, shape: size }
    const options = this.#signal ? { signal: this.#signal } : {}
    return this.#hdu.readSection(section, this.#values, options)
  }

  /** Black to white of values, until the next ones. */
  greysOf(values: Samples, limits: Limits): Uint8Array {
    if (this.#greys.length < values.length) this.#greys = new Uint8Array(values.length)
    const greys = this.#greys.subarray(0, values.length)
    pixelKernels().stretch(values, limits, greys)
    return greys
  }
}
