import { BaseDataOperation, type FitsFile, type OperationInfo } from '@datalab/core'
import { CombinedHeader, commonSize, type Frame, restingFrame } from '@datalab/fits'
import { combineFrames, Images, openFrames } from '@datalab/fits/images'
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
    const [opening, combining, saving] = this.progress.split(1, 8, 1)

    this.setMessage('Opening the images')
    const combined = new CombinedHeader('median')
    const take = async (frame: Frame, file: FitsFile) => {
      combined.add(frame)
      // One that threads cannot read by themselves is needed open.
      if (frame.stored === undefined) return frame
      await frame.close()
      return restingFrame(frame, () => images.open(file))
    }
    const frames = await openFrames({ images, files: this.inputData.input_files, progress: opening, take })
    const size = commonSize(frames)
    if (frames.some(({ width, height }) => width !== size.width || height !== size.height))
      this.addWarning(`The images differ in size: the result is cropped to ${size.width} x ${size.height} pixels.`)

    this.setMessage(`Combining ${frames.length} images`)
    const { memory, signal } = this
    const onEmptyFrame = ({ label }: Frame) => this.setFailed(`${label} holds no values. Leave it out.`)
    const data = combineFrames(frames, { method: 'median', memory, signal, progress: combining, onEmptyFrame })
    const { header, history: notes } = combined.cards()
    const history = ['Median of each pixel; NaN counts as missing.', ...notes]
    return [await images.save({ ...size, data, header }, { progress: saving, history })]
  }
}
