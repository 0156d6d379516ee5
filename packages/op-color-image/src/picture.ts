import type { FrameSize } from '@datalab/fits'
import type { Blend } from './blend.js'
import { GammaTable } from './gamma.js'

/** A blend as it is shown: whole numbers, red, green and blue beside each other, the top row first. */
export class Picture implements FrameSize {
  readonly width: number
  readonly height: number

  /**
   * @param size the part of the blend that is shown, from its lower left corner on; all of it by default
   */
  constructor(
    private readonly blend: Blend,
    size: FrameSize = blend,
  ) {
    this.width = size.width
    this.height = size.height
  }

  /** The rows from `from` up to `to`, counted from the top, as `into` can hold them: 8 or 16 bits. */
  fill(from: number, to: number, into: Uint8Array | Uint16Array): void {
    const table = into instanceof Uint8Array ? BYTES : WORDS
    for (let y = from; y < to; y++)
      for (const plane of [0, 1, 2]) {
        const light = this.blend.row(plane, this.height - 1 - y).subarray(0, this.width)
        table.show(light, into, 3 * (y - from) * this.width + plane)
      }
  }
}

const BYTES = new GammaTable(255)
const WORDS = new GammaTable(65_535)
