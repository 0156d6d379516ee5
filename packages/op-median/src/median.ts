import { BaseDataOperation, type OperationInfo, type Progress } from '@datalab/core'
import {
  bandFrame,
  CombinedHeader,
  commonSize,
  cropFrame,
  type Frame,
  type FrameSize,
  type Samples,
} from '@datalab/fits'
import { Images } from '@datalab/fits/images'
import { combineBands, leastMemory } from '@datalab/pixels'
import { closedFrame } from './closed-frame.js'
import type { MedianInputs } from './inputs.js'
import { inputSchema } from './inputs.schema.js'

/** What bands of the images may take, as far as it is there. */
const MEMORY_BYTES = 64 * 2 ** 20

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
    const opened = await opening.map(this.inputData.input_files, async (file) => {
      const frame = await images.open(file)
      combined.add(frame)
      return closedFrame(frame, () => images.open(file))
    })
    const size = commonSize(opened)
    if (opened.some(({ width, height }) => width !== size.width || height !== size.height))
      this.addWarning(`The images differ in size: the result is cropped to ${size.width} x ${size.height} pixels.`)
    const frames = opened.map((frame) => cropFrame(frame, size))

    this.setMessage(`Combining ${frames.length} images`)
    const data = this.#combined(frames, size, combining)
    const { header, history: notes } = combined.cards()
    const history = ['Median of each pixel; NaN counts as missing.', ...notes]
    return [await images.save({ ...size, data, header }, { progress: saving, history })]
  }

  /** The medians of all pixels, band by band. */
  async *#combined(frames: readonly Frame[], size: FrameSize, progress: Progress): AsyncGenerator<Samples, void> {
    const type = frames.every(({ sampleType }) => sampleType === 'float32') ? 'float32' : 'float64'
    const combined = frames.map((frame) => bandFrame(frame, type))
    const onEmptyFrame = (frame: number) => this.setFailed(`${frames[frame]?.label} holds no values. Leave it out.`)
    const types = { type, resultType: type } as const
    // A row of all frames has to be there at once, however little is left.
    const least = leastMemory(frames.length, { ...size, ...types })
    const loan = this.memory.take(MEMORY_BYTES, 0)
    const memoryBytes = Math.max(least, loan?.bytes ?? 0)
    const options = { method: 'median', ...size, ...types, memoryBytes, signal: this.signal, onEmptyFrame } as const
    for await (const { rows, values } of combineBands(combined, options)) {
      yield values
      await progress.report(rows.to / size.height)
    }
    loan?.release()
  }
}
