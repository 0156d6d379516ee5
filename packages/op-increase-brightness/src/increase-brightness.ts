import { BaseDataOperation, type FitsFile, type OperationInfo, type OutputFile, type Progress } from '@datalab/core'
import { bandsOfRows, type Frame, type Samples, samplesFor } from '@datalab/fits'
import { Images } from '@datalab/fits/images'
import { brighten, countOverflows } from './brighten.js'
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

  override async operate() {
    const { input_files } = this.inputData
    const outputs: OutputFile[] = []
    await this.progress.map(input_files, async (input, index, progress) => {
      this.setMessage(`Brightening image ${index + 1} of ${input_files.length}`)
      outputs.push(await this.#brightened(input, index, progress))
      await this.setOutput(outputs)
    })
    return outputs
  }

  /** Opens one image, and saves it with the value added. */
  async #brightened(input: FitsFile, index: number, progress: Progress): Promise<OutputFile> {
    const { increase_by } = this.inputData
    const images = this.use(Images)
    const [adding, saving] = progress.split(2, 1)
    const frame = await images.open(input)
    const { width, height, header } = frame
    const data = await this.#sums(frame, adding)
    await frame.close()
    if (data.every(Number.isNaN)) this.setFailed(`${frame.label} holds no values. Leave it out.`)
    const history = [`${increase_by} added to every pixel.`]
    return images.save({ data, width, height, header }, { index, input, history, progress: saving })
  }

  /** The pixels of a frame with the value added, in the frame's own type. */
  async #sums(frame: Frame, progress: Progress): Promise<Samples> {
    const { increase_by } = this.inputData
    const data = samplesFor(frame, [frame])
    if (data instanceof Float32Array && !Number.isFinite(Math.fround(increase_by)))
      this.setFailed(`${increase_by} cannot be added to ${frame.label}: its result is float32. Give less than 3.4e38.`)
    let overflows = 0
    await progress.map(bandsOfRows(frame, 1), async ({ from, to }) => {
      const values = await frame.readRows(from, to)
      const sums = brighten(values, increase_by, data.subarray(from * frame.width, to * frame.width))
      overflows += countOverflows(values, increase_by, sums)
    })
    if (overflows > 0)
      this.addWarning(
        `${frame.label}: ${overflows} pixels are more than ${frame.sampleType} can hold, and infinite now.`,
      )
    return data
  }
}
