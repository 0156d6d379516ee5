import type { Progress } from '@datalab/core'
import { bandsOfRows, type FrameSize, type RowBand, type Samples } from '@datalab/fits'
import { BLOCK } from './block.js'
import type { Formula, StatisticPart } from './formula.js'
import { Program } from './program.js'
import { type Learner, learnerOf } from './statistics.js'
import { nextStatistics, withStatistics } from './with-statistics.js'

/** Images of one size. */
export interface ImageStack extends FrameSize {
  /** Rows of one of them, which the caller only reads, until it asks for others. */
  rows(index: number, band: RowBand): Promise<Samples> | Samples
}

/** Rows that are looked at to get an idea of all, and values. */
const SAMPLE_ROWS = 64
const SAMPLE_VALUES = 2 ** 16

/** Things that are done to pixels before the process may do something else: some milliseconds. */
const WORK_AT_ONCE = 2 ** 20

/** What a formula gives for some pixels, one after the other. */
export interface Block {
  /** To be taken at once: the memory is used again. */
  readonly values: Float64Array
  /** The first of the pixels, in the order of the images' rows. */
  readonly at: number
  /** Whether all images that the formula reads have a finite value where the value of this number is from. */
  hasFinite(pixel: number): boolean
}

type Visit = (block: Block) => void

/** A statistic, and what it is. */
export interface FoundStatistic {
  readonly text: string
  readonly value: number
}

/** What a formula of images gives, in passes over them, band by band. */
export class Calculation {
  readonly #values = new Map<string, number>()
  readonly #found: FoundStatistic[] = []

  constructor(
    private readonly formula: Formula,
    private readonly images: ImageStack,
  ) {}

  /** The statistics of the formula that were found, as the expression names them. */
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
      // How many rounds and passes there are is not known: each gets half of what is left.
      await this.#findStatistics(next, part(progress, 1 - 0.5 ** (round - 1), 1 - 0.5 ** round))
    }
    await progress.report(1)
  }

  /** Gives each block of the formula's values to `visit`. */
  async run(progress: Reporter, visit: Visit): Promise<void> {
    const program = new Program(withStatistics(this.formula, this.#values))
    await this.#pass(bandsOfRows(this.images, Math.max(1, program.images.length)), [program], progress, [visit])
  }

  async #findStatistics(parts: readonly StatisticPart[], progress: Reporter): Promise<void> {
    const learning = parts.map((statistic) => ({
      statistic,
      program: new Program(withStatistics(statistic.of, this.#values)),
      learner: learnerOf(statistic.name),
    }))
    await this.#takeSamples(learning, progress)
    for (let pass = 1; ; pass++) {
      const left = learning.filter(({ learner }) => !learner.isDone)
      if (left.length === 0) break
      const programs = left.map(({ program }) => program)
      const visits = left.map(
        ({ learner }): Visit =>
          ({ values }) =>
            learner.add(values),
      )
      const bands = bandsOfRows(this.images, imagesOfAll(programs).length)
      await this.#pass(bands, programs, part(progress, 1 - 0.5 ** (pass - 1), 1 - 0.5 ** pass), visits)
      for (const { learner } of left) learner.endPass()
    }
    for (const { statistic, learner } of learning) {
      this.#values.set(statistic.key, learner.value)
      this.#found.push({ text: statistic.text, value: learner.value })
    }
  }

  /** Shows some values of rows all over the images to what wants to have an idea of them. */
  async #takeSamples(learning: readonly { program: Program; learner: Learner }[], progress: Reporter): Promise<void> {
    const { width, height } = this.images
    const wanting = learning.filter(({ learner }) => learner.expect !== undefined)
    if (wanting.length === 0 || width * height < 8 * SAMPLE_VALUES || height < SAMPLE_ROWS) return
    const rows = Array.from({ length: SAMPLE_ROWS }, (_, i) => Math.floor(((i + 0.5) * height) / SAMPLE_ROWS))
    const samples = wanting.map(() => new Sample((SAMPLE_ROWS * width) / SAMPLE_VALUES))
    const still = { report: () => progress.report(0) }
    const visits = samples.map(
      (sample): Visit =>
        ({ values }) =>
          sample.add(values),
    )
    const bands = rows.map((from) => ({ from, to: from + 1 }))
    await this.#pass(
      bands,
      wanting.map(({ program }) => program),
      still,
      visits,
    )
    for (const [i, { learner }] of wanting.entries()) learner.expect?.((samples[i] as Sample).values)
  }

  /** Runs programs over bands, and gives the values of each to the visitor of its place. */
  async #pass(
    bands: readonly RowBand[],
    programs: readonly Program[],
    progress: Reporter,
    visits: readonly Visit[],
  ): Promise<void> {
    const { width } = this.images
    const indices = imagesOfAll(programs)
    const steps = programs.reduce((sum, { length }) => sum + length + 2, 0)
    const blocksAtOnce = Math.max(1, Math.floor(WORK_AT_ONCE / BLOCK / steps))
    for (const [number, band] of bands.entries()) {
      const data: (Samples | undefined)[] = []
      for (const index of indices) data[index] = await this.images.rows(index, band)
      const pixels = (band.to - band.from) * width
      for (let at = 0, block = 1; at < pixels; at += BLOCK, block++) {
        const count = Math.min(BLOCK, pixels - at)
        for (const [i, program] of programs.entries()) {
          const values = program.run(data, at, count)
          visits[i]?.({ values, at: band.from * width + at, hasFinite: (pixel) => program.hasFinite(pixel) })
        }
        if (block % blocksAtOnce === 0) await progress.report((number + at / pixels) / bands.length)
      }
      await progress.report((number + 1) / bands.length)
    }
  }
}

/** What is told how far something is. */
type Reporter = Pick<Progress, 'report'>

/** A part of a progress. */
function part(progress: Reporter, from: number, to: number): Reporter {
  return { report: (fraction) => progress.report(from + (to - from) * fraction) }
}

function imagesOfAll(programs: readonly Program[]): number[] {
  return [...new Set(programs.flatMap(({ images }) => images))]
}

/** Every so-many-th of the values that it is shown. */
class Sample {
  readonly #values: number[] = []
  #next = 0

  constructor(private readonly step: number) {}

  add(block: Float64Array): void {
    for (; this.#next < block.length; this.#next += this.step)
      this.#values.push(block[Math.floor(this.#next)] as number)
    this.#next -= block.length
  }

  get values(): Float64Array {
    return Float64Array.from(this.#values)
  }
}
