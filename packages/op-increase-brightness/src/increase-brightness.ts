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
    const data = this.#sums(frame, adding)
    const history = [`${increase_by} added to every pixel.`]
    const saved = await images.save({ data, width, height, header }, { index, input, history, progress: saving })
    await frame.close()
    return saved
  }

  /** The pixels of a frame with the value added, in the frame's own type, band by band. */
  async *#sums(frame: Frame, progress: Progress): AsyncGenerator<Samples, void> {
    const { increase_by } = this.inputData
    const bands = bandsOfRows(frame, 1)
    const room = { width: frame.width, height: bands[0]?.to ?? 0 }
    const [values, sums] = [samplesFor(room, [frame]), samplesFor(room, [frame])]
    if (sums instanceof Float32Array && !Number.isFinite(Math.fround(increase_by)))
      this.setFailed(`${increase_by} cannot be added to ${frame.label}: its result is float32. Give less than 3.4e38.`)
    let overflows = 0
    let hasValues = false
    for (const { from, to } of bands) {
      const some = await frame.readRows(from, to, values)
      const brighter = brighten(some, increase_by, sums.subarray(0, some.length))
      hasValues ||= !brighter.every(Number.isNaN)
      overflows += countOverflows(some, increase_by, brighter)
      yield brighter
      await progress.report(to / frame.height)
    }
    if (!hasValues) this.setFailed(`${frame.label} holds no values. Leave it out.`)
    if (overflows > 0)
      this.addWarning(
        `${frame.label}: ${overflows} pixels are more than ${frame.sampleType} can hold, and infinite now.`,
      )
  }
}
