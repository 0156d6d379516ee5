import { BaseDataOperation, type OperationInfo, type Progress } from '@datalab/core'
import { commonSize, cropFrame, type Frame, type FrameSize, type Samples, samplesFor } from '@datalab/fits'
import { Images, openFrames } from '@datalab/fits/images'
import { type Block, Calculation } from './calculation.js'
import { allImagesOf, type Formula, leadOf } from './formula.js'
import { FrameStack } from './frame-stack.js'
import { historyOf } from './history.js'
import type { PixelMathInputs } from './inputs.js'
import { inputSchema } from './inputs.schema.js'
import { LETTERS } from './letters.js'
import { Losses } from './losses.js'
import { readFormula } from './read-formula.js'
import { resultHeader } from './result-header.js'
import { readTokens } from './tokens.js'

/** The place of e among the letters: with fewer images it is a number. */
const EULER = LETTERS.indexOf('e')

/** One image by a formula, pixel by pixel, of others. */
export class PixelMath extends BaseDataOperation<PixelMathInputs> {
  static readonly info: OperationInfo<PixelMathInputs> = {
    id: '@datalab/op-pixel-math',
    name: 'Pixel Math',
    description:
      'The pixel math operation takes in 1..26 input images, which it calls a, b, c and so on, and calculates each pixel of one image from theirs by an expression, such as (a - median(b)) / c * 1.5.\n\n' +
      'There are + - * / ^ %, comparisons and conditions (a > 0 ? a : b), functions such as sqrt, abs, log, exp, min, max and where, and the statistics median, mean, std, min, max, sum and mad of a whole image.',
    category: 'image',
    revision: 2,
    version: '1.0.0',
    inputs: inputSchema,
    requires: [Images],
  }

  override async operate() {
    const { input_files, expression } = this.inputData
    const formula = await readFormula(expression, input_files.length)
    this.#tellEuler()
    const images = this.use(Images)
    const [opening, learning, calculating, saving] = this.progress.split(1, 3, 4, 2)

    this.setMessage('Opening the images')
    const opened = await openFrames({ images, files: input_files, progress: opening, take: (frame) => frame })
    this.#tellUnused(formula, opened)
    const size = this.#commonSize(opened)
    const frames = opened.map((frame) => cropFrame(frame, size))
    const calculation = new Calculation(
      formula,
      new FrameStack(frames, size, { memory: this.memory, signal: this.signal }),
    )
    await this.#learn(calculation, learning)

    this.setMessage('Calculating')
    const data = this.#calculated(calculation, frames, size, calculating)
    const headers = opened.map(({ header }) => header)
    const result = { ...size, data, header: resultHeader(formula, headers) }
    const history = historyOf(expression, input_files, calculation.statistics, leadOf(formula))
    return [await images.save(result, { history, progress: saving })]
  }

  /** Who counts wrong, and means a fifth image by e, is to know. */
  #tellEuler(): void {
    const { input_files, expression } = this.inputData
    if (input_files.length <= EULER && readTokens(expression).some(({ text }) => text === 'e'))
      this.addWarning(`e is the number ${Math.E}, since there is no fifth image.`)
  }

  #tellUnused(formula: Formula, opened: readonly Frame[]): void {
    const used = allImagesOf(formula)
    for (const [index, { label }] of opened.entries())
      if (!used.has(index)) this.addWarning(`The expression does not use ${LETTERS[index]}: ${label}.`)
  }

  #commonSize(opened: readonly Frame[]): FrameSize {
    const size = commonSize(opened)
    if (opened.some(({ width, height }) => width !== size.width || height !== size.height))
      this.addWarning(`The images differ in size: the result is cropped to ${size.width} x ${size.height} pixels.`)
    return size
  }

  async #learn(calculation: Calculation, progress: Progress): Promise<void> {
    this.setMessage('Measuring the images')
    await calculation.findStatistics(progress)
    const empty = calculation.statistics.find(({ value }) => Number.isNaN(value))
    if (empty !== undefined)
      this.setFailed(
        `There is no ${empty.text}: it is of pixels without values, or of infinite ones. Leave that image out.`,
      )
  }

  /** The pixels of the result, band by band, in the type that holds those of all images. */
  async *#calculated(
    calculation: Calculation,
    frames: readonly Frame[],
    { width }: FrameSize,
    progress: Progress,
  ): AsyncGenerator<Samples, void> {
    let room = samplesFor({ width, height: 1 }, frames)
    const losses = new Losses()
    const take = (block: Block) => {
      const end = block.at + block.values.length
      // What bands are made of says how many rows they have.
      if (end > room.length) room = larger(room, end)
      const stored = room.subarray(block.at, end)
      stored.set(block.values)
      losses.add(stored, block)
    }
    const type = room instanceof Float32Array ? 'float32' : 'float64'
    for await (const { from, to } of calculation.run(type, progress, take)) yield room.subarray(0, (to - from) * width)
    if (losses.sentence !== undefined) this.addWarning(losses.sentence)
  }
}

/** The same values with room for so many, and more to come. */
function larger(values: Samples, length: number): Samples {
  const room = samplesFor({ width: 2 * length, height: 1 }, [
    { sampleType: values instanceof Float32Array ? 'float32' : 'float64' },
  ])
  room.set(values)
  return room
}
