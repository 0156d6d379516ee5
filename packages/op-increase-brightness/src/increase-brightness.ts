import { BaseDataOperation, type FitsFile, type OperationInfo, type OutputFile, type Progress } from '@datalab/core'
import type { Frame, Samples } from '@datalab/fits'
import { combineFrames, eachFrame, Images } from '@datalab/fits/images'
import { brighten, countOverflows, isHarmless } from './brighten.js'
import type { IncreaseBrightnessInputs } from './inputs.js'
import { inputSchema } from './inputs.schema.js'

/** Adds a value to every pixel of each image: one result for each, in the order of the images. */
export class IncreaseBrightness extends BaseDataOperation<IncreaseBrightnessInputs> {
  static readonly info: OperationInfo<IncreaseBrightnessInputs> = {
    id: '@datalab/op-increase-brightness',
    name: 'Increase Brightness',
    description: "Increases the image's brightness by a value N.",
    category: 'image',
    revision: 1,
    version: '1.0.0',
    inputs: inputSchema,
    requires: [Images],
  }

  /** What is to be said of images, at their places. */
  readonly #warnings: string[] = []

  override async operate() {
    const { input_files: files } = this.inputData
    const outputs = await eachFrame({
      images: this.use(Images),
      files,
      progress: this.progress,
      save: (frame, index, progress) => this.#brightened(frame, index, progress),
      onSaved: (saved) => this.setOutput(saved),
    })
    for (const text of Object.values(this.#warnings)) this.addWarning(text)
    return outputs
  }

  /** Saves one image with the value added. */
  async #brightened(frame: Frame, index: number, progress: Progress): Promise<OutputFile> {
    const { input_files, increase_by } = this.inputData
    this.setMessage(`Brightening image ${index + 1} of ${input_files.length}`)
    const [adding, saving] = progress.split(2, 1)
    const { width, height, header } = frame
    const data = this.#sums(frame, index, adding)
    const history = [`${increase_by} added to every pixel.`]
    const input = input_files[index] as FitsFile
    return this.use(Images).save({ data, width, height, header }, { index, input, history, progress: saving })
  }

  /** The pixels of a frame, read and decoded by several threads: with the value added, or as they are, as the median of one frame is the frame. */
  #bands(frame: Frame, isAdding: boolean, progress: Progress): AsyncGenerator<Samples, void> {
    const { memory, signal } = this
    const calculation = { operation: 'add', number: this.inputData.increase_by } as const
    const method = isAdding ? 'calculate' : 'median'
    return combineFrames([frame], { method, calculation, memory, signal, progress })
  }

  /** The pixels of a frame with the value added, in the frame's own type, band by band. */
  async *#sums(frame: Frame, index: number, progress: Progress): AsyncGenerator<Samples, void> {
    const { increase_by } = this.inputData
    const { label, sampleType } = frame
    if (sampleType === 'float32' && !Number.isFinite(Math.fround(increase_by)))
      this.setFailed(`${increase_by} cannot be added to ${label}: its result is float32. Give less than 3.4e38.`)
    // What overflows is told from the values as they were.
    const isAdding = isHarmless(increase_by, sampleType)
    let overflows = 0
    let hasValues = false
    for await (const values of this.#bands(frame, isAdding, progress)) {
      const sums = isAdding ? values : brighten(values, increase_by, values.slice())
      hasValues ||= !sums.every(Number.isNaN)
      overflows += countOverflows(values, increase_by, sums)
      yield sums
    }
    if (!hasValues) this.setFailed(`${label} holds no values. Leave it out.`)
    if (overflows > 0)
      this.#warnings[index] = `${label}: ${overflows} pixels are more than ${sampleType} can hold, and infinite now.`
  }
}
