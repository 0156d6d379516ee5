import { BaseDataOperation, type FitsFile, type OperationInfo, type OutputFile, type Progress } from '@datalab/core'
import { bandsOfRows, type Frame, type Samples, samplesFor } from '@datalab/fits'
import { eachFrame, Images } from '@datalab/fits/images'
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
  /** What is to be said of images, at their places. */
  readonly #warnings: string[][] = []

  override async operate() {
    const { input_files: files } = this.inputData
    const outputs = await eachFrame({
      images: this.use(Images),
      files,
      progress: this.progress,
      save: (frame, index, progress) => this.#normalized(frame, index, progress),
      onSaved: (saved) => this.setOutput(saved),
    })
    for (const text of this.#warnings.flat()) this.addWarning(text)
    return outputs
  }

  /** Saves one image divided by its median. */
  async #normalized(frame: Frame, index: number, progress: Progress): Promise<OutputFile> {
    const { input_files } = this.inputData
    this.setMessage(`Normalizing image ${index + 1} of ${input_files.length}`)
    const [reading, dividing, saving] = progress.split(3, 2, 5)
    const { label, width, height } = frame
    const data = await this.#read(frame, reading)
    const median = medianOf(this.#kernels, data)
    this.#check(median, label)
    const overflows = await this.#divide(data, median, dividing)
    this.#warnings[index] = warningsOf(label, median, overflows)
    const header = normalizedHeader(frame.header, median)
    const history = [`Divided by its median, ${median}.`]
    const input = input_files[index] as FitsFile
    return this.use(Images).save({ data, width, height, header }, { index, input, history, progress: saving })
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
  }

  /** Divides the values where they are, and tells how many became infinite. */
  async #divide(data: Samples, median: number, progress: Progress): Promise<number> {
    let overflows = 0
    await progress.map(bandsOfRows({ width: 1, height: data.length }, 1), ({ from, to }) => {
      const band = data.subarray(from, to)
      const finite = this.#kernels.countFinite(band)
      this.#kernels.calculate('divide', band, median, band)
      overflows += finite - this.#kernels.countFinite(band)
    })
    return overflows
  }
}

function warningsOf(label: string, median: number, overflows: number): string[] {
  const sign = `${label} has a median of ${median}: what is bright in it is dark in the result.`
  const range = `${label}: ${overflows} pixels are more than its result can hold, and infinite now.`
  return [...(median < 0 ? [sign] : []), ...(overflows > 0 ? [range] : [])]
}
