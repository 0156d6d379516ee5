import {
  BaseDataOperation,
  type DeepReadonly,
  type OperationInfo,
  type OutputFile,
  Outputs,
  type Progress,
} from '@datalab/core'
import {
  bandsOfRows,
  commonSize,
  type Frame,
  type FrameSize,
  type Limits,
  type RowBand,
  samplesFor,
} from '@datalab/fits'
import { Images } from '@datalab/fits/images'
import { type Affine, IDENTITY } from './affine.js'
import { FEWEST_STARS } from './align-stars.js'
import { Blend } from './blend.js'
import { catalogueStars } from './catalogue-stars.js'
import { type ChannelLimits, channelLimits, checked } from './channel-limits.js'
import { descriptionOf } from './description.js'
import { detectStars, type Star } from './detect-stars.js'
import { encodeJpegs } from './encode-jpegs.js'
import { encodeTiff, fitsTiff } from './encode-tiff.js'
import type { ColorChannel, ColorImageInputs } from './inputs.js'
import { inputSchema } from './inputs.schema.js'
import { Picture } from './picture.js'
import type { Pixels } from './pixels.js'
import { registerChannel, type Sighting } from './register-channel.js'
import { Resampler } from './resample.js'

type Channel = DeepReadonly<ColorChannel>

/** One picture of up to six images, each in its own color, laid on the first. */
export class ColorImage extends BaseDataOperation<ColorImageInputs> {
  static readonly info: OperationInfo<ColorImageInputs> = {
    id: '@datalab/op-color-image',
    name: 'Color Image',
    description:
      'The Color Image operation takes up to 6 images and creates a colored image by compositing them on top of each other.',
    category: 'image',
    revision: 2,
    version: '1.0.0',
    inputs: inputSchema,
    requires: [Images],
  }

  #first: { readonly file: Channel; readonly sighting: Sighting } | undefined
  #blend = new Blend(0, 0)
  #size: FrameSize = this.#blend

  override async operate() {
    const { color_channels } = this.inputData
    for (const [index, channel] of color_channels.entries()) this.#checkGiven(channel, index)
    const [blending, saving] = this.progress.split(5 * color_channels.length, 4)
    await blending.map(color_channels, (channel, index, progress) => this.#addChannel(channel, index, progress))
    return [await this.#saved(new Picture(this.#blend, this.#size), saving)]
  }

  /** Reads a channel, lays it on the first one, and adds its light. */
  async #addChannel(channel: Channel, index: number, progress: Progress): Promise<void> {
    this.setMessage(`Adding channel ${index + 1} of ${this.inputData.color_channels.length}`)
    const [reading, adding] = progress.split(2, 3)
    const frame = await this.use(Images).open(channel)
    if (index === 0) this.#begin(frame)
    const pixels = await this.#read(frame, reading)
    const limits = this.#checked(channelLimits(pixels, channel), channel, index)
    const map = await this.#mapOf(channel, index, frame, pixels)
    await frame.close()
    await this.#add(new Resampler(pixels, map), limits, channel, adding)
  }

  /** Makes place for a picture as large as the first frame. */
  #begin(frame: Frame): void {
    const { label, width, height } = frame
    if (!fitsTiff(frame))
      this.setFailed(`${label} has ${width} x ${height} pixels, and no TIFF file can hold so many. Give a smaller one.`)
    this.#blend = new Blend(width, height)
    this.#size = { width, height }
  }

  async #read(frame: Frame, progress?: Progress): Promise<Pixels> {
    const { width, height } = frame
    const data = samplesFor(frame, [frame])
    const readBand = async ({ from, to }: RowBand) => data.set(await frame.readRows(from, to), from * width)
    const bands = bandsOfRows(frame, 1)
    if (progress) await progress.map(bands, readBand)
    else for (const band of bands) await readBand(band)
    return { data, width, height }
  }

  /** Where the pixels of the first channel are in this one; where that is not known, in the same places, with a warning. */
  async #mapOf(file: Channel, index: number, frame: Frame, pixels: Pixels): Promise<Affine> {
    const { color_channels } = this.inputData
    const first = this.#first?.file ?? file
    const isAlone = color_channels.every((other) => isSameFile(other, first))
    if (isAlone || (index > 0 && isSameFile(file, first))) return IDENTITY
    const sighting = await this.#sightingOf(file, index, frame, pixels)
    this.#first ??= { file, sighting }
    if (index === 0) return IDENTITY
    const found = await registerChannel(this.#first.sighting, sighting, this.signal)
    this.log.info({ channel: index + 1, file: file.basename, ...found }, 'color image: looked how a channel lies')
    if ('map' in found) return found.map
    this.#useAsItIs(file, index, pixels, found.problem)
    return IDENTITY
  }

  /** What is seen in a channel. Of the first nothing but this is kept: should its stars be needed, it is read once more. */
  async #sightingOf(file: Channel, index: number, frame: Frame, pixels: Pixels): Promise<Sighting> {
    const { header, width, height } = frame
    const catalogue = await catalogueStars(frame.catalogue, pixels)
    let stars: Promise<readonly Star[]> | undefined
    const detect = async () => detectStars(index === 0 ? await this.#readAgain(file) : pixels, { signal: this.signal })
    const sighting = { header, width, height, catalogue, detect: () => (stars ??= detect()) }
    if (index === 0 && catalogue.length < FEWEST_STARS) {
      stars = detectStars(pixels, { signal: this.signal })
      await stars
    }
    return sighting
  }

  async #readAgain(file: Channel): Promise<Pixels> {
    const frame = await this.use(Images).open(file)
    try {
      return await this.#read(frame)
    } finally {
      await frame.close()
    }
  }

  #useAsItIs(file: Channel, index: number, frame: FrameSize, problem: string): void {
    const { width, height } = commonSize([this.#size, frame])
    const isCropped = width < this.#size.width || height < this.#size.height
    this.#size = { width, height }
    const crop = isCropped ? ` The picture is cropped to ${width} x ${height} pixels, which both have.` : ''
    this.addWarning(`${channelName(file, index)} is not aligned to the first, and used as it is: ${problem}.${crop}`)
  }

  async #add(channel: Resampler, limits: Limits, { color }: Channel, progress: Progress): Promise<void> {
    const { width, height } = this.#blend
    const row = new Float64Array(width)
    for (let y = 0; y < height; y++) {
      channel.row(y, row)
      this.#blend.addRow(y, row, limits, color)
      await progress.report((y + 1) / height)
    }
  }

  async #saved(picture: Picture, progress: Progress): Promise<OutputFile> {
    this.setMessage('Saving the picture')
    const outputs = this.use(Outputs)
    const [writing, showing, ending] = progress.split(4, 5, 1)
    const description = descriptionOf(outputs.provenance)
    const tiff = encodeTiff(picture, { description, progress: writing })
    const tif = await outputs.put('.tif', tiff, { contentType: 'image/tiff' })
    const jpegs = await encodeJpegs(picture, { description, progress: showing })
    const large = await outputs.put('-large.jpg', jpegs.large, { contentType: 'image/jpeg' })
    const small = await outputs.put('-small.jpg', jpegs.small, { contentType: 'image/jpeg' })
    await ending.report(1)
    return outputs.file({ type: 'image', objects: [tif, large, small] })
  }

  /** Refuses limits that can be refused before any file is read. */
  #checkGiven(channel: Channel, index: number): void {
    const { zmin, zmax } = channel
    if (zmin !== undefined && zmax !== undefined) this.#checked(checked({ low: zmin, high: zmax }), channel, index)
  }

  #checked(limits: ChannelLimits, channel: Channel, index: number): Limits {
    return 'problem' in limits ? this.setFailed(`${channelName(channel, index)} ${limits.problem}`) : limits
  }
}

function channelName({ basename }: Channel, index: number): string {
  return `Color channel ${index + 1} (${basename})`
}

function isSameFile(a: Channel, b: Channel): boolean {
  return a.source === b.source && a.root === b.root && a.basename === b.basename
}
