import type { Progress } from '@datalab/core'
import type { FrameSize, RowBand, Samples, SampleType } from '@datalab/fits'
import { BLOCK } from './block.js'
import type { Formula, StatisticPart } from './formula.js'
import { type PixelProgram, Program } from './program.js'
import { sampleBands, sampler } from './sample.js'
import { SimdProgram } from './simd-program.js'
import { type Learner, learnerOf } from './statistics.js'
import { nextStatistics, withStatistics } from './with-statistics.js'

/** Images of one size. */
export interface ImageStack extends FrameSize {
  /** The type of each one's values. */
  readonly types: readonly SampleType[]
  /** Rows of one of them, which are only read. */
  rows(index: number, band: RowBand): Promise<Samples> | Samples
  /** All rows of some of them, from the first one on, of all the same at once. */
  parts(indices: readonly number[]): AsyncIterable<StackPart>
}

/** Rows of some images. */
export interface StackPart extends RowBand {
  /** The values of each, at its index; they are only read, until the next part is asked for. */
  readonly data: readonly (Samples | undefined)[]
}

/** What is told how far something is. */
export type Reporter = Pick<Progress, 'report'>

/** A statistic as the expression has it, and what it is. */
export interface FoundStatistic {
  readonly text: string
  readonly value: number
}

/** What a formula gives for some pixels, one after the other. */
export interface Block {
  /** In float64, or as {@link Calculation.run} was asked for them. To be used at once: the next block is in the same memory. */
  readonly values: Samples
  /** Where they begin in their band of rows. */
  readonly at: number
  /** Whether all values are known to be finite. */
  readonly isFinite: boolean
  /** Whether all images that the formula reads have a finite value where this value is from, counted within the block. */
  hasFinite(pixel: number): boolean
}

/** A program, and what takes its values. */
interface Task {
  readonly program: PixelProgram
  visit(block: Block): void
}

/** A statistic that is being found. */
interface Search {
  readonly statistic: StatisticPart
  readonly program: PixelProgram
  readonly learner: Learner
}

/** Things that are done to pixels before the process may do something else: some milliseconds. */
const WORK_AT_ONCE = 2 ** 20

/** What a formula of images gives, in passes over them, band by band. */
export class Calculation {
  readonly #values = new Map<string, number>()
  readonly #found: FoundStatistic[] = []

  constructor(
    private readonly formula: Formula,
    private readonly images: ImageStack,
  ) {}

  /** The statistics of the formula that were found. */
  get statistics(): readonly FoundStatistic[] {
    return this.#found
  }

  /**
   * Finds the statistics of the formula: those within others first.
   *
   * @throws DATALAB_ABORTED once the run is to end.
   */
  async findStatistics(progress: Reporter): Promise<void> {
    for (let round = 1; ; round++) {
      const next = nextStatistics(this.formula, this.#values)
      if (next.length === 0) break
      await this.#findAtOnce(next, halfOfTheRest(progress, round))
    }
    await progress.report(1)
  }

  /**
   * Calculates the formula: gives each block of its values to `visit`, and each band of rows to the caller, once all its blocks were given.
   *
   * @param type in which values may be given: those of float32 are rounded once
   * @throws DATALAB_ABORTED once the run is to end.
   */
  run(type: SampleType, progress: Reporter, visit: (block: Block) => void): AsyncGenerator<RowBand, void> {
    const tasks = [{ program: this.#program(this.formula, type), visit }]
    return this.#pass(this.images.parts(indicesOf(tasks)), tasks, progress)
  }

  async #findAtOnce(parts: readonly StatisticPart[], progress: Reporter): Promise<void> {
    const searches = parts.map((statistic) => ({
      statistic,
      program: this.#program(statistic.of, 'float64'),
      learner: learnerOf(statistic.name),
    }))
    await this.#giveSamples(searches)
    for (let pass = 1; searches.some(({ learner }) => !learner.isDone); pass++)
      await this.#learn(searches, halfOfTheRest(progress, pass))
    for (const { statistic, learner } of searches) {
      this.#values.set(statistic.key, learner.value)
      this.#found.push({ text: statistic.text, value: learner.value })
    }
  }

  async #learn(searches: readonly Search[], progress: Reporter): Promise<void> {
    const left = searches.filter(({ learner }) => !learner.isDone)
    const tasks = left.map(
      ({ program, learner }): Task => ({ program, visit: ({ values }) => learner.add(values as Float64Array) }),
    )
    await finished(this.#pass(this.images.parts(indicesOf(tasks)), tasks, progress))
    for (const { learner } of left) learner.endPass()
  }

  /** Shows some values of rows all over the images to what wants to have an idea of them. */
  async #giveSamples(searches: readonly Search[]): Promise<void> {
    const wanting = searches.filter(({ learner }) => learner.expect !== undefined)
    const bands = wanting.length === 0 ? [] : sampleBands(this.images)
    if (bands.length === 0) return
    const samplers = wanting.map(({ program, learner }) => ({ program, learner, sample: sampler(this.images) }))
    const tasks = samplers.map(
      ({ program, sample }): Task => ({ program, visit: ({ values }) => sample.add(values as Float64Array) }),
    )
    await finished(this.#pass(this.#partsOf(bands, indicesOf(tasks)), tasks, { report: () => Promise.resolve() }))
    for (const { learner, sample } of samplers) learner.expect?.(sample.values)
  }

  /** By the instructions that do most at once, where they do. */
  #program(formula: Formula, type: SampleType): PixelProgram {
    const known = withStatistics(formula, this.#values)
    return SimdProgram.of(known, this.images.types, type) ?? new Program(known)
  }

  /** Some rows of images, one after another. */
  async *#partsOf(bands: readonly RowBand[], indices: readonly number[]): AsyncGenerator<StackPart, void> {
    for (const band of bands) {
      const data: Samples[] = []
      for (const index of indices) data[index] = await this.images.rows(index, band)
      yield { ...band, data }
    }
  }

  /** Runs programs over rows, one block after the other. */
  async *#pass(
    parts: AsyncIterable<StackPart>,
    tasks: readonly Task[],
    progress: Reporter,
  ): AsyncGenerator<RowBand, void> {
    const { width, height } = this.images
    const steps = tasks.reduce((sum, { program }) => sum + program.length + 2, 0)
    const blocksAtOnce = Math.max(1, Math.floor(WORK_AT_ONCE / BLOCK / steps))
    for await (const { from, to, data } of parts) {
      const pixels = (to - from) * width
      for (let at = 0, block = 1; at < pixels; at += BLOCK, block++) {
        runTasks(tasks, data, at, Math.min(BLOCK, pixels - at))
        if (block % blocksAtOnce === 0) await progress.report((from + at / width) / height)
      }
      yield { from, to }
      await progress.report(to / height)
    }
  }
}

function runTasks(tasks: readonly Task[], data: StackPart['data'], at: number, count: number): void {
  for (const { program, visit } of tasks) {
    const values = program.run(data, at, count)
    visit({ values, at, isFinite: program.isFinite, hasFinite: (pixel) => program.hasFinite(pixel) })
  }
}

/** The images that any of the programs reads. */
function indicesOf(tasks: readonly Task[]): number[] {
  return [...new Set(tasks.flatMap(({ program }) => program.images))]
}

/** Of something that is done again and again, nobody knows how often: the time before the last takes half of what is left, and so on. */
function halfOfTheRest(progress: Reporter, time: number): Reporter {
  const before = 1 - 0.5 ** (time - 1)
  return { report: (fraction) => progress.report(before + 0.5 ** time * fraction) }
}

/** Goes through all that there is. */
export async function finished(things: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of things);
}
