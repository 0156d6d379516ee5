import { BaseDataOperation, type OperationInfo } from '@datalab/core'
import { bandsOfRows, commonSize, cropFrame, Images, samplesFor } from '@datalab/fits'
import type { MedianInputs } from './inputs.js'
import { inputSchema } from './inputs.schema.js'
import { stackMedian } from './stack-median.js'

/** The median of each pixel across images: what stays the same stays, what is in few of them goes. */
export class Median extends BaseDataOperation<MedianInputs> {
  static readonly info: OperationInfo<MedianInputs> = {
    id: '@datalab/op-median',
    name: 'Median',
    description:
      'The median operation takes in 2..n input images and calculated the median value pixel-by-pixel.\n\n' +
      'The output is a median image for the n input images. This operation is commonly used for background subtraction.',
    category: 'image',
    revision: 1,
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
    const data = samplesFor(size, frames)
    const empty = new Set(frames)
    await combining.map(bandsOfRows(size, frames.length), async ({ from, to }) => {
      const bands = await Promise.all(frames.map((frame) => frame.readRows(from, to)))
      for (const [index, frame] of frames.entries()) {
        if (empty.has(frame) && bands[index]?.some((value) => !Number.isNaN(value))) empty.delete(frame)
      }
      stackMedian(bands, data.subarray(from * size.width, to * size.width))
    })
    const [without] = empty
    if (without !== undefined) this.setFailed(`${without.label} holds no values. Leave it out.`)

    this.setMessage('Saving the result')
    const result = { ...size, data, header: frames[0]?.header }
    return [await images.save(result, { progress: saving, history: ['Median of each pixel; NaN counts as missing.'] })]
  }
}
