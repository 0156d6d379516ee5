import { BaseDataOperation, type OperationInfo, type Progress } from '@datalab/core'
import { commonSize, cropFrame, type Frame, type FrameSize, type Samples, samplesFor } from '@datalab/fits'
import { Images } from '@datalab/fits/images'
import { combine } from '@datalab/pixels'
import { CombinedFrame } from './combined-frame.js'
import type { MedianInputs } from './inputs.js'
import { inputSchema } from './inputs.schema.js'

/** The median of each pixel across images: what stays the same stays, what is in few of them goes. */
export class Median extends BaseDataOperation<MedianInputs> {
  static readonly info: OperationInfo<MedianInputs> = {
    id: '@datalab/op-median',
    name: 'Median',
    description:
      'The median operation takes in 2..n input images and calculated the median value pixel-by-pixel.\n\n' +
      'The output is a median image for the n input images. This operation is commonly used for background subtraction.',
    category: 'image',
    revision: 2,
    version: '1.0.0',
    inputs: inputSchema,
    requires: [Images],
  }

  override async operate() {
    const images = this.use(Images)
    const [opening, combining, saving] = this.progress.split(1, 6, 3)

    this.setMessage('Opening the images')
    const opened = await opening.map(this.inputData.input_files, (file) => images.open(file))
    const size = commonSize(opened)
    if (opened.some(({ width, height }) => width !== size.width || height !== size.height))
      this.addWarning(`The images differ in size: the result is cropped to ${size.width} x ${size.height} pixels.`)
    const frames = opened.map((frame) => cropFrame(frame, size))

    this.setMessage(`Combining ${frames.length} images`)
    const data = await this.#combined(frames, size, combining)

    this.setMessage('Saving the result')
    const result = { ...size, data, header: frames[0]?.header }
    return [await images.save(result, { progress: saving, history: ['Median of each pixel; NaN counts as missing.'] })]
  }

  /** The medians of all pixels, band by band. */
  async #combined(frames: readonly Frame[], size: FrameSize, progress: Progress): Promise<Samples> {
    const data = samplesFor(size, frames)
    const type = data instanceof Float32Array ? 'float32' : 'float64'
    const combined = frames.map((frame) => new CombinedFrame(frame))
    let rowsDone = 0
    await combine(combined, {
      method: 'median',
      ...size,
      type,
      resultType: type,
      signal: this.signal,
      write: async ({ from, to }, values) => {
        data.set(values, from * size.width)
        rowsDone += to - from
        await progress.report(rowsDone / size.height)
      },
    })
    const empty = combined.find(({ hasValues }) => !hasValues)
    if (empty !== undefined) this.setFailed(`${empty.label} holds no values. Leave it out.`)
    return data
  }
}
