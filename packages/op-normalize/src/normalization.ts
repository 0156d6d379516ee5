import { BaseDataOperation, type FitsFile, type OperationInfo, type OutputFile, type Progress } from '@datalab/core'
import { bandsOfRows, type Frame, type Samples, samplesFor } from '@datalab/fits'
import { Images } from '@datalab/fits/images'
import { loadKernels } from '@datalab/pixels'
import type { NormalizationInputs } from './inputs.js'
import { inputSchema } from './inputs.schema.js'
import { medianOf } from './median-of.js'
import { normalizedHeader } from './normalized-header.js'

/** Divides each image by its own median: one result for each, in the order of the images. */
export class Normalization extends BaseDataOperation<NormalizationInputs> {
  static readonly info: OperationInfo<NormalizationInputs> = {
    id: '@datalab/op-normalize',
    name: 'Normalization',
    description:
      "The normalize operation takes in 1..n input images and calculates each image's median value and divides every pixel by that value.\n\n" +
      'The output is a normalized image. This operation is commonly used as a precursor step for flat removal.',
    category: 'image',
    revision: 1,
    version: '1.0.0',
    inputs: inputSchema,
    requires: [Images],
  }

  readonly #kernels = loadKernels()

  override async operate() {
    const { input_files } = this.inputData
    const outputs: OutputFile[] = []
    await this.progress.map(input_files, async (input, index, progress) => {
      this.setMessage(`Normalizing image ${index + 1} of ${input_files.length}`)
      outputs.push(await this.#normalized(input, index, progress))
      await this.setOutput(outputs)
    })
    return outputs
  }

  /** Opens one image, and saves it divided by its median. */
  async #normalized(input: FitsFile, index: number, progress: Progress): Promise<OutputFile> {
    const images = this.use(Images)
    const [reading, dividing, saving] = progress.split(3, 2, 5)
    const frame = await images.open(input)
    const { label, width, height } = frame
    const data = await this.#read(frame, reading)
    await frame.close()
    const median = medianOf(this.#kernels, data)
    this.#check(median, label)
    await this.#divide(data, median, label, dividing)
    const header = normalizedHeader(frame.header, median)
    const history = [`Divided by its median, ${median}.`]
    return images.save({ data, width, height, header }, { index, input, history, progress: saving })
  }

  async #read(frame: Frame, progress: Progress): Promise<Samples> {
    const data = samplesFor(frame, [frame])
    await progress.map(bandsOfRows(frame, 1), ({ from, to }) =>
      frame.readRows(from, to, data.subarray(from * frame.width, to * frame.width)),
    )
    return data
  }

  #check(median: number, label: string): void {
    if (Number.isNaN(median)) this.setFailed(`${label} holds no values, and so has no median. Leave it out.`)
    if (median === 0) this.setFailed(`${label} has a median of 0, and nothing can be divided by that. Leave it out.`)
    if (median < 0) this.addWarning(`${label} has a median of ${median}: what is bright in it is dark in the result.`)
  }

  /** Divides the values where they are. */
  async #divide(data: Samples, median: number, label: string, progress: Progress): Promise<void> {
    let overflows = 0
    await progress.map(bandsOfRows({ width: 1, height: data.length }, 1), ({ from, to }) => {
      const band = data.subarray(from, to)
      const finite = this.#kernels.countFinite(band)
      this.#kernels.calculate('divide', band, median, band)
      overflows += finite - this.#kernels.countFinite(band)
    })
    if (overflows > 0)
      this.addWarning(`${label}: ${overflows} pixels are more than its result can hold, and infinite now.`)
  }
}
