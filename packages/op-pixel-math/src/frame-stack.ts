import type { Memory } from '@datalab/core'
import {
  bandFrame,
  bandsOfRows,
  type Frame,
  type FrameSize,
  type RowBand,
  type Samples,
  type SampleType,
} from '@datalab/fits'
import { type CombinedBand, combineBands, leastMemory } from '@datalab/pixels'
import type { ImageStack, StackPart } from './calculation.js'

/** The most that bands of an image take, as far as it is there; as much does for each pixel, where that is less. */
const IMAGE_BYTES = 16 * 2 ** 20
const PIXEL_BYTES = 16

/** What reading is given of a run. */
export interface StackOptions {
  readonly memory: Memory
  readonly signal: AbortSignal
}

/** Frames of one size, of which only the rows that are asked for are in memory. */
export class FrameStack implements ImageStack {
  readonly width: number
  readonly height: number
  readonly types: readonly SampleType[]

  constructor(
    private readonly frames: readonly Frame[],
    size: FrameSize,
    private readonly options: StackOptions,
  ) {
    this.width = size.width
    this.height = size.height
    this.types = frames.map(({ sampleType }) => sampleType)
  }

  rows(index: number, { from, to }: RowBand): Promise<Samples> {
    return (this.frames[index] as Frame).readRows(from, to)
  }

  async *parts(indices: readonly number[]): AsyncGenerator<StackPart, void> {
    if (indices.length === 0) {
      for (const band of bandsOfRows(this, 1)) yield { ...band, data: [] }
      return
    }
    const { width, height } = this
    const loan = this.options.memory.take(indices.length * Math.min(IMAGE_BYTES, width * height * PIXEL_BYTES), 0)
    const share = Math.floor((loan?.bytes ?? 0) / indices.length)
    const readings = indices.map((index) => new Reading(index, this.#bands(this.frames[index] as Frame, share), width))
    try {
      for (let from = 0; from < height; ) {
        for (const reading of readings) await reading.reach(from)
        const to = Math.min(...readings.map(({ end }) => end))
        const data: Samples[] = []
        for (const reading of readings) data[reading.index] = reading.rows(from, to)
        yield { from, to, data }
        from = to
      }
    } finally {
      for (const reading of readings) await reading.close()
      loan?.release()
    }
  }

  /** The pixels of a frame as they are, as the median of one frame is the frame: read and decoded by several threads. */
  #bands(frame: Frame, memoryBytes: number): AsyncGenerator<CombinedBand, void> {
    const { width, height, sampleType } = frame
    const form = { width, height, type: sampleType, resultType: sampleType } as const
    return combineBands([bandFrame(frame, sampleType)], {
      ...form,
      method: 'median',
      memoryBytes: Math.max(leastMemory(1, form), memoryBytes),
      signal: this.options.signal,
    })
  }
}

/** The rows of one image as they come. */
class Reading {
  #band: CombinedBand | undefined

  constructor(
    readonly index: number,
    private readonly bands: AsyncGenerator<CombinedBand, void>,
    private readonly width: number,
  ) {}

  /** Where the rows end that are there. */
  get end(): number {
    return this.#band?.rows.to ?? 0
  }

  /** Has a row be there, and forgets those before. */
  async reach(row: number): Promise<void> {
    while (this.end <= row) this.#band = (await this.bands.next()).value as CombinedBand
  }

  /** Some of the rows that are there. */
  rows(from: number, to: number): Samples {
    const { rows, values } = this.#band as CombinedBand
    return values.subarray((from - rows.from) * this.width, (to - rows.from) * this.width)
  }

  async close(): Promise<void> {
    await this.bands.return()
  }
}
