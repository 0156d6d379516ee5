import { BaseDataOperation, type FitsFile, type OperationInfo, type Progress } from '@datalab/core'
import {
  cropFrame,
  type Frame,
  type FrameSize,
  movedHeader,
  restingFrame,
  type Samples,
  samplesFor,
} from '@datalab/fits'
import { areForThreads, combineFrames, Images, openFrames } from '@datalab/fits/images'
import { addFrame, latticeOf, layFrame, RowRoom, reaches } from './add-frame.js'
import type { StackingInputs } from './inputs.js'
import { inputSchema } from './inputs.schema.js'
import { GridProblem, type ResultGrid, resultGrid, type SkyFrame } from './result-grid.js'
import type { Strip } from './share-row.js'
import { METHODS, type PixelMethod, type PixelMode } from './stacking-modes.js'
import { stripsOf } from './strips.js'
import { Sums } from './sums.js'
import { isSkyFrame, Survey, type SurveyedFrame } from './survey.js'

/** A stack, before it is saved. */
interface Stack extends FrameSize {
  /** Its values, in parts, from the first row on. */
  readonly data: AsyncIterable<Samples>
  readonly history: string
}

/** Where threads cannot read all of more images by themselves, one is opened after the other, as far as that is possible. */
const OPENED = 64

/** The most memory that the sums of a strip are given, in bytes. */
const MEMORY_BYTES = 64 * 2 ** 20

/** Every image is read for each strip: however little memory is left, strips take as much. */
const STRIP_BYTES = 8 * 2 ** 20

/** Makes one image of several: their sum or mean pixel by pixel, or their sum laid on the first one. */
export class Stacking extends BaseDataOperation<StackingInputs> {
  static readonly info: OperationInfo<StackingInputs> = {
    id: '@datalab/op-stack',
    name: 'Stacking',
    description:
      'The stacking operation takes in 2..n input images and adds the values pixel-by-pixel.\n\n' +
      'The output is a stacked image for the n input images. This operation is commonly used for improving signal to noise.',
    category: 'image',
    revision: 1,
    version: '1.0.0',
    inputs: inputSchema,
    requires: [Images],
  }

  override async operate() {
    const { stacking_mode: mode = 'simple' } = this.inputData
    const [opening, stacking, saving] = this.progress.split(1, 8, 2)
    const survey = await this.#survey(opening)
    this.setMessage(`Stacking ${survey.frames.length} images`)
    const { data, width, height, history } =
      mode === 'reproject' ? this.#laid(survey, stacking) : this.#pixelByPixel(survey, mode, stacking)
    const { header, history: notes } = survey.header.cards()
    const grid = mode === 'reproject' ? this.#grid(survey) : { left: 0, bottom: 0 }
    const image = { data, width, height, header: movedHeader(header, grid.left, grid.bottom) }
    return [await this.use(Images).save(image, { progress: saving, history: [history, ...notes] })]
  }

  /** Opens each image for its header. */
  async #survey(progress: Progress): Promise<Survey> {
    const { input_files, stacking_mode: mode = 'simple' } = this.inputData
    const images = this.use(Images)
    this.setMessage('Opening the images')
    const survey = new Survey(mode)
    const take = (frame: Frame, file: FitsFile) => {
      const resting = restingFrame(frame, () => images.open(file))
      const problem = survey.add(frame, resting)
      if (problem !== undefined) this.setFailed(problem)
      return frame.close()
    }
    await openFrames({ images, files: input_files, progress, take })
    return survey
  }

  #pixelByPixel(survey: Survey, mode: PixelMode, progress: Progress): Stack {
    const { size, frames } = survey
    if (survey.differsInSize)
      this.addWarning(`The images differ in size: the result is cropped to ${size.width} x ${size.height} pixels.`)
    if (survey.isAdrift)
      this.addWarning(
        `The images lie up to ${survey.header.drift.toFixed(1)} pixels apart in the sky, and are stacked as they are. The stacking mode reproject lays them on each other.`,
      )
    const { method, history } = METHODS[mode]
    const room = new RowRoom()
    const isStreamed = method !== 'sigma-clip' && frames.length > OPENED && !areForThreads(frames)
    const data = isStreamed
      ? this.#summed(frames, size, method, progress, (frame, strip, sums, part) =>
          addFrame(cropFrame(frame, size), strip, sums, part, room),
        )
      : this.#combined(frames, method, progress)
    return { ...size, data, history }
  }

  /** The sum of the images, laid on the first. */
  #laid(survey: Survey, progress: Progress): Stack {
    const grid = this.#grid(survey)
    const frames = survey.frames.filter(isSkyFrame)
    const { wcs: first } = frames[0] as SkyFrame
    const data = this.#summed(frames, grid, 'sum', progress, async (frame, strip, sums, part) => {
      const lattice = latticeOf(frame, first, grid)
      return reaches(lattice, strip) && layFrame(frame, lattice, strip, sums, part)
    })
    const history =
      'Sum of the images, laid on the first by their world coordinates: each value is shared out in proportion to the areas that it covers, so that all flux is kept; NaN counts as missing.'
    return { width: grid.width, height: grid.height, data, history }
  }

  /** The pixels of the result where images are laid on each other. */
  #grid(survey: Survey): ResultGrid {
    try {
      return resultGrid(survey.frames.filter(isSkyFrame))
    } catch (error) {
      if (error instanceof GridProblem) this.setFailed(error.message)
      throw error
    }
  }

  /** Sums or means, from one image after the other: none but one is open. */
  async *#summed<Of extends SurveyedFrame>(
    frames: readonly Of[],
    size: FrameSize,
    result: 'sum' | 'mean',
    progress: Progress,
    add: (frame: Of, strip: Strip, sums: Sums, progress: Progress) => Promise<boolean>,
  ): AsyncGenerator<Samples, void> {
    const loan = this.memory.take(MEMORY_BYTES, 0)
    const strips = stripsOf(size, Math.max(STRIP_BYTES, loan?.bytes ?? 0))
    const parts = progress.split(...strips.map(({ from, to }) => to - from))
    const sums = new Sums((strips[0] as Strip).to * size.width)
    const empty = new Set(frames)
    for (const [index, strip] of strips.entries()) {
      await (parts[index] as Progress).map(frames, async (frame, _, share) => {
        if (await add(frame, strip, sums, share)) empty.delete(frame)
        await frame.close()
      })
      const values = samplesFor({ width: size.width, height: strip.to - strip.from }, frames)
      sums.take(values, result)
      yield values
    }
    loan?.release()
    this.#refuse([...empty][0]?.label)
  }

  /** Any statistic, from all images band by band. */
  async *#combined(frames: readonly Frame[], method: PixelMethod, progress: Progress): AsyncGenerator<Samples, void> {
    const { memory, signal } = this
    const onEmptyFrame = ({ label }: Frame) => this.#refuse(label)
    yield* combineFrames(frames, { method, memory, signal, progress, onEmptyFrame })
    await Promise.all(frames.map((frame) => frame.close()))
  }

  #refuse(empty: string | undefined): void {
    if (empty !== undefined) this.setFailed(`${empty} holds no values. Leave it out.`)
  }
}
