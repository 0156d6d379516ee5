import type { Frame, Samples } from '@datalab/fits'
import type { BandFrame, Plane, Rows } from '@datalab/pixels'

/** A frame that is combined with others, band by band; it reads more rows at once than a band has, where those are few. */
export class StackedFrame implements BandFrame {
  readonly label: string
  /** Whether what was read so far holds any value. */
  hasValues = false
  readonly #ahead: Samples | undefined
  #read: Rows = { from: 0, to: 0 }

  /**
   * @param type of the values that it gives
   * @param rows how many it reads at once
   */
  constructor(
    private readonly frame: Frame,
    private readonly rows: number,
  ) {
    this.label = frame.label
    const Type = frame.sampleType === 'float32' ? Float32Array : Float64Array
    this.#ahead = rows > 1 ? new Type(rows * frame.width) : undefined
  }

  async readBand({ from, to }: Rows, into: Plane): Promise<void> {
    const { frame } = this
    const isOwnType = (frame.sampleType === 'float32') === into instanceof Float32Array
    if (this.#ahead !== undefined && to - from < this.rows) into.set(await this.#rowsAhead(from, to, this.#ahead))
    else if (isOwnType) await frame.readRows(from, to, into as Samples)
    else into.set(await frame.readRows(from, to))
    // Found at once, but for frames that begin with missing pixels.
    this.hasValues ||= into.some((value) => !Number.isNaN(value))
  }

  /** The rows, from those that were read already if they are there. */
  async #rowsAhead(from: number, to: number, ahead: Samples): Promise<Samples> {
    const { width, height } = this.frame
    if (from < this.#read.from || to > this.#read.to) {
      this.#read = { from, to: Math.min(height, from + this.rows) }
      await this.frame.readRows(from, this.#read.to, ahead)
    }
    return ahead.subarray((from - this.#read.from) * width, (to - this.#read.from) * width)
  }
}
