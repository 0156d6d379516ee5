import { BaseDataOperation, type FitsFile, type OperationInfo, type OutputFile, type Progress } from '@datalab/core'
import { bandsOfRows, commonSize, cropFrame, type Frame, type FrameSize, type Samples, samplesFor } from '@datalab/fits'
import { Images } from '@datalab/fits/images'
import { loadKernels } from '@datalab/pixels'
import type { SubtractionInputs } from './inputs.js'
import { inputSchema } from './inputs.schema.js'
import { Subtrahend } from './subtrahend.js'

/** Subtracts one image from each of others: one result for each of those, in their order. */
export class Subtraction extends BaseDataOperation<SubtractionInputs> {
  static readonly info: OperationInfo<SubtractionInputs> = {
    id: '@datalab/op-subtract',
    name: 'Subtraction',
    description:
      '\n          The Subtraction operation takes in 2..n input images and calculated the subtraction value pixel-by-pixel.' +
      '\n          The output is a subtraction image for the n input images. This operation is commonly used for background subtraction.' +
      '\n        ',
    category: 'image',
    revision: 1,
    version: '1.0.0',
    inputs: inputSchema,
    requires: [Images],
  }

  readonly #kernels = loadKernels()
  /** The sizes of results that are smaller than one of their images. */
  readonly #cropped: FrameSize[] = []

  override async operate() {
    const { input_files, subtraction_file } = this.inputData
    const [opening, subtracting] = this.progress.split(1, 2 * input_files.length)
    this.setMessage('Reading the image to subtract')
    const subtrahend = await this.#subtrahend(subtraction_file[0] as FitsFile, opening)
    const outputs: OutputFile[] = []
    await subtracting.map(input_files, async (input, index, progress) => {
      this.setMessage(`Subtracting from image ${index + 1} of ${input_files.length}`)
      outputs.push(await this.#difference(input, subtrahend, index, progress))
      await this.setOutput(outputs)
    })
    this.#warnOfCropping()
    return outputs
  }

  /** Reads the image to subtract, once for all. */
  async #subtrahend(file: FitsFile, progress: Progress): Promise<Subtrahend> {
    const frame = await this.use(Images).open(file)
    const data = samplesFor(frame, [frame])
    await progress.map(bandsOfRows(frame, 1), ({ from, to }) =>
      frame.readRows(from, to, data.subarray(from * frame.width, to * frame.width)),
    )
    await frame.close()
    this.#checkValues(data, frame.label)
    return new Subtrahend(frame, data, file.basename)
  }

  /** Opens one image, and saves it with the other subtracted. */
  async #difference(input: FitsFile, subtrahend: Subtrahend, index: number, progress: Progress): Promise<OutputFile> {
    const images = this.use(Images)
    const [subtracting, saving] = progress.split(2, 1)
    const frame = await images.open(input)
    const { header, label } = frame
    const shared = this.#shared(frame, subtrahend)
    const { width, height } = shared
    const data = await this.#differences(shared, subtrahend, subtracting)
    await frame.close()
    this.#checkValues(data, label)
    const history = [`Subtracted pixel by pixel: ${subtrahend.name}.`]
    return images.save({ data, width, height, header }, { index, input, history, progress: saving })
  }

  /** The part of a frame that the image to subtract has as well. */
  #shared(frame: Frame, subtrahend: Subtrahend): Frame {
    const size = commonSize([frame, subtrahend])
    if (!isOfSize(frame, size) || !isOfSize(subtrahend, size)) this.#cropped.push(size)
    return cropFrame(frame, size)
  }

  #warnOfCropping(): void {
    const [first] = this.#cropped
    if (first === undefined) return
    this.addWarning(
      `${this.#cropped.length} of ${this.inputData.input_files.length} images differ in size from the one to subtract: their results are cropped to what both have, the first of them to ${first.width} x ${first.height} pixels.`,
    )
  }

  async #differences(frame: Frame, subtrahend: Subtrahend, progress: Progress): Promise<Samples> {
    const { width } = frame
    const data = samplesFor(frame, [frame, subtrahend])
    const isOwnType = (frame.sampleType === 'float32') === data instanceof Float32Array
    await progress.map(bandsOfRows(frame, 2), async (rows) => {
      const band = data.subarray(rows.from * width, rows.to * width)
      if (isOwnType) await frame.readRows(rows.from, rows.to, band)
      else band.set(await frame.readRows(rows.from, rows.to))
      this.#kernels.calculate('subtract', band, subtrahend.rows(rows, width, band), band)
    })
    return data
  }

  #checkValues(data: Samples, label: string): void {
    if (data.every(Number.isNaN)) this.setFailed(`${label} holds no values. Leave it out.`)
  }
}

function isOfSize(frame: FrameSize, { width, height }: FrameSize): boolean {
  return frame.width === width && frame.height === height
}
