import { BaseDataOperation, type FitsFile, type OperationInfo, type OutputFile, type Progress } from '@datalab/core'
import { bandFrame, type Frame, type Samples, samplesFor } from '@datalab/fits'
import { Images } from '@datalab/fits/images'
import { type CombinedBand, combineBands, leastMemory } from '@datalab/pixels'
import { brighten, countOverflows } from './brighten.js'
import type { IncreaseBrightnessInputs } from './inputs.js'
import { inputSchema } from './inputs.schema.js'

/** What bands of an image may take, as far as it is there. */
const MEMORY_BYTES = 32 * 2 ** 20

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

  /** The rows of a frame, read and decoded by several threads: the median of one frame is the frame. */
  async *#bands(frame: Frame): AsyncGenerator<CombinedBand, void> {
    const { width, height, sampleType } = frame
    const types = { type: sampleType, resultType: sampleType } as const
    const loan = this.memory.take(MEMORY_BYTES, 0)
    const memoryBytes = Math.max(leastMemory(1, { width, ...types }), loan?.bytes ?? 0)
    const options = { method: 'median', width, height, ...types, memoryBytes, signal: this.signal } as const
    yield* combineBands([bandFrame(frame, sampleType)], options)
    loan?.release()
  }

  /** The pixels of a frame with the value added, in the frame's own type, band by band. */
  async *#sums(frame: Frame, progress: Progress): AsyncGenerator<Samples, void> {
    const { increase_by } = this.inputData
    if (frame.sampleType === 'float32' && !Number.isFinite(Math.fround(increase_by)))
      this.setFailed(`${increase_by} cannot be added to ${frame.label}: its result is float32. Give less than 3.4e38.`)
    let room = samplesFor({ width: 0, height: 0 }, [frame])
    let overflows = 0
    let hasValues = false
    for await (const { rows, values } of this.#bands(frame)) {
      if (room.length < values.length) room = samplesFor({ width: frame.width, height: rows.to - rows.from }, [frame])
      const brighter = brighten(values, increase_by, room.subarray(0, values.length))
      hasValues ||= !brighter.every(Number.isNaN)
      overflows += countOverflows(values, increase_by, brighter)
      yield brighter
      await progress.report(rows.to / frame.height)
    }
    if (!hasValues) this.setFailed(`${frame.label} holds no values. Leave it out.`)
    if (overflows > 0)
      this.addWarning(
        `${frame.label}: ${overflows} pixels are more than ${frame.sampleType} can hold, and infinite now.`,
      )
  }
}
