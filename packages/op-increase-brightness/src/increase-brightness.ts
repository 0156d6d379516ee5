import { BaseDataOperation, type FitsFile, type OperationInfo, type OutputFile, type Progress } from '@datalab/core'
import { bandFrame, type Frame, type Samples, samplesFor } from '@datalab/fits'
import { eachFrame, Images } from '@datalab/fits/images'
import { type CombinedBand, combineBands, leastMemory } from '@datalab/pixels'
import { brighten, countOverflows, isHarmless } from './brighten.js'
import type { IncreaseBrightnessInputs } from './inputs.js'
import { inputSchema } from './inputs.schema.js'

/** What bands of an image may take, as far as it is there. */
const MEMORY_BYTES = 32 * 2 ** 20

/** As much does for each pixel of an image, where that is less. */
const PIXEL_BYTES = 32

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
  async *#bands(frame: Frame, isAdding: boolean): AsyncGenerator<CombinedBand, void> {
    const { width, height, sampleType } = frame
    const types = { type: sampleType, resultType: sampleType } as const
    const calculation = { operation: 'add', number: this.inputData.increase_by } as const
    const method = isAdding ? 'calculate' : 'median'
    const loan = this.memory.take(Math.min(MEMORY_BYTES, width * height * PIXEL_BYTES), 0)
    const memoryBytes = Math.max(leastMemory(1, { width, ...types }), loan?.bytes ?? 0)
    const options = { method, calculation, width, height, ...types, memoryBytes, signal: this.signal } as const
    yield* combineBands([bandFrame(frame, sampleType)], options)
    loan?.release()
  }

  /** The pixels of a frame with the value added, in the frame's own type, band by band. */
  async *#sums(frame: Frame, index: number, progress: Progress): AsyncGenerator<Samples, void> {
    const { increase_by } = this.inputData
    const { label, sampleType, width, height } = frame
    if (sampleType === 'float32' && !Number.isFinite(Math.fround(increase_by)))
      this.setFailed(`${increase_by} cannot be added to ${label}: its result is float32. Give less than 3.4e38.`)
    // What overflows is told from the values as they were.
    const isAdding = isHarmless(increase_by, sampleType)
    let overflows = 0
    let hasValues = false
    for await (const { rows, values } of this.#bands(frame, isAdding)) {
      const room = () => samplesFor({ width, height: rows.to - rows.from }, [frame])
      const sums = isAdding ? values : brighten(values, increase_by, room())
      hasValues ||= !sums.every(Number.isNaN)
      overflows += countOverflows(values, increase_by, sums)
      yield sums
      await progress.report(rows.to / height)
    }
    if (!hasValues) this.setFailed(`${label} holds no values. Leave it out.`)
    if (overflows > 0)
      this.#warnings[index] = `${label}: ${overflows} pixels are more than ${sampleType} can hold, and infinite now.`
  }
}
