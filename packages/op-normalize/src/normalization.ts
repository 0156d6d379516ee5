import { BaseDataOperation, type FitsFile, type OperationInfo, type OutputFile, type Progress } from '@datalab/core'
import { bandsOfRows, type Frame, type Samples } from '@datalab/fits'
import { eachFrame, Images, loadFrame } from '@datalab/fits/images'
import { loadKernels, type PixelKernels } from '@datalab/pixels'
import type { NormalizationInputs } from './inputs.js'
import { inputSchema } from './inputs.schema.js'
import { medianInParts } from './median-in-parts.js'
import { medianOfBands, PASSES } from './median-of-bands.js'
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

  /** Saves one image divided by its median. What does not fit into memory is read again whenever it is needed. */
  async #normalized(frame: Frame, index: number, progress: Progress): Promise<OutputFile> {
    const { input_files } = this.inputData
    this.setMessage(`Normalizing image ${index + 1} of ${input_files.length}`)
    const [loading, measuring, dividing, saving] = progress.split(2, 1, 2, 5)
    const { label, width, height } = frame
    const loaded = await loadFrame(frame, { memory: this.memory, progress: loading })
    const median = loaded
      ? await medianInParts(this.#kernels, loaded.data, measuring)
      : await this.#medianOf(frame, measuring)
    this.#check(median, label)
    const division = new Division(this.#kernels, median)
    const data = loaded ? await this.#divide(loaded.data, division, dividing) : this.#divided(frame, division, dividing)
    const header = normalizedHeader(frame.header, median)
    const history = [`Divided by its median, ${median}.`]
    const input = input_files[index] as FitsFile
    const options = { index, input, history, progress: saving }
    const saved = await this.use(Images).save({ data, width, height, header }, options)
    this.#warnings[index] = warningsOf(label, median, division.overflows)
    loaded?.release()
    return saved
  }

  /** The median of an image, which is read for each pass. */
  #medianOf(frame: Frame, progress: Progress): Promise<number> {
    const passes = progress.split(...Array.from({ length: PASSES[frame.sampleType] }, () => 1)).values()
    return medianOfBands(async (take) => {
      const pass = passes.next().value as Progress
      await pass.map(bandsOfRows(frame, 1), async ({ from, to }) => take(await frame.readRows(from, to)))
    })
  }

  #check(median: number, label: string): void {
    if (Number.isNaN(median)) this.setFailed(`${label} holds no values, and so has no median. Leave it out.`)
    if (median === 0) this.setFailed(`${label} has a median of 0, and nothing can be divided by that. Leave it out.`)
  }

  /** Divides the values where they are. */
  async #divide(data: Samples, division: Division, progress: Progress): Promise<Samples> {
    await progress.map(bandsOfRows({ width: 1, height: data.length }, 1), ({ from, to }) =>
      division.divide(data.subarray(from, to)),
    )
    return data
  }

  /** The values of an image, divided band by band. */
  async *#divided(frame: Frame, division: Division, progress: Progress): AsyncGenerator<Samples, void> {
    for (const { from, to } of bandsOfRows(frame, 1)) {
      const band = await frame.readRows(from, to)
      division.divide(band)
      yield band
      await progress.report(to / frame.height)
    }
  }
}

/** Divides values by a number, and counts those that become infinite. */
class Division {
  overflows = 0

  constructor(
    private readonly kernels: PixelKernels,
    private readonly divisor: number,
  ) {}

  /** Divides values where they are. */
  divide(values: Samples): void {
    const finite = this.kernels.countFinite(values)
    this.kernels.calculate('divide', values, this.divisor, values)
    this.overflows += finite - this.kernels.countFinite(values)
  }
}

function warningsOf(label: string, median: number, overflows: number): string[] {
  const sign = `${label} has a median of ${median}: what is bright in it is dark in the result.`
  const range = `${label}: ${overflows} pixels are more than its result can hold, and infinite now.`
  return [...(median < 0 ? [sign] : []), ...(overflows > 0 ? [range] : [])]
}
