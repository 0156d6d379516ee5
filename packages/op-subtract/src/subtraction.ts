import { BaseDataOperation, type FitsFile, type OperationInfo, type OutputFile, type Progress } from '@datalab/core'
import { commonSize, type Frame, type FrameSize, type Samples } from '@datalab/fits'
import { combineFrames, eachFrame, Images } from '@datalab/fits/images'
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

  /** The sizes of results that are smaller than one of their images, at their places. */
  readonly #cropped: FrameSize[] = []

  override async operate() {
    const { input_files: files, subtraction_file } = this.inputData
    const [opening, subtracting] = this.progress.split(1, 2 * files.length)
    this.setMessage('Reading the image to subtract')
    const subtrahend = await this.#subtrahend(subtraction_file[0] as FitsFile, opening)
    const outputs = await eachFrame({
      images: this.use(Images),
      files,
      progress: subtracting,
      save: (frame, index, progress) => this.#saved(frame, subtrahend, index, progress),
      onSaved: (saved) => this.setOutput(saved),
    })
    await subtrahend.close()
    this.#warnOfCropping()
    return outputs
  }

  async #subtrahend(file: FitsFile, progress: Progress): Promise<Subtrahend> {
    const frame = await this.use(Images).open(file)
    const times = this.inputData.input_files.length
    const options = { name: file.basename, times, memory: this.memory, progress }
    const subtrahend = await Subtrahend.of(frame, options)
    if (subtrahend === undefined) this.setFailed(emptyMessage(frame))
    return subtrahend
  }

  /** Saves one image with the other subtracted. */
  async #saved(frame: Frame, subtrahend: Subtrahend, index: number, progress: Progress): Promise<OutputFile> {
    const { input_files } = this.inputData
    this.setMessage(`Subtracting from image ${index + 1} of ${input_files.length}`)
    const [subtracting, saving] = progress.split(2, 1)
    const size = commonSize([frame, subtrahend.frame])
    if (!isOfSize(frame, size) || !isOfSize(subtrahend.frame, size)) this.#cropped[index] = size
    const data = this.#differences(frame, subtrahend, subtracting)
    const history = [`Subtracted pixel by pixel: ${subtrahend.name}.`]
    const input = input_files[index] as FitsFile
    return this.use(Images).save({ ...size, data, header: frame.header }, { index, input, history, progress: saving })
  }

  /** The differences of the pixels that both images have, band by band. */
  async *#differences(frame: Frame, subtrahend: Subtrahend, progress: Progress): AsyncGenerator<Samples, void> {
    const { memory, signal } = this
    const calculation = { operation: 'subtract' } as const
    const options = { method: 'calculate', calculation, memory, signal, progress } as const
    let hasValues = false
    for await (const values of combineFrames([frame, subtrahend.frame], options)) {
      hasValues ||= !values.every(Number.isNaN)
      yield values
    }
    if (!hasValues) this.setFailed(`${frame.label} holds no values where ${subtrahend.name} does. Leave it out.`)
  }

  #warnOfCropping(): void {
    const cropped = Object.values(this.#cropped)
    const [first] = cropped
    if (first === undefined) return
    this.addWarning(
      `${cropped.length} of ${this.inputData.input_files.length} images differ in size from the one to subtract: their results are cropped to what both have, the first of them to ${first.width} x ${first.height} pixels.`,
    )
  }
}

function emptyMessage({ label }: Frame): string {
  return `${label} holds no values. Leave it out.`
}

function isOfSize(frame: FrameSize, { width, height }: FrameSize): boolean {
  return frame.width === width && frame.height === height
}
