import type { FrameSize, Limits } from '@datalab/fits'
import { lightOf } from './gamma.js'
import type { Color } from './inputs.js'

/** Light of three primary colors, added up: a picture before it is shown. */
export class Blend implements FrameSize {
  /** Light from 0 up, where 1 is all that can be shown: red, green, blue, each row after row, the bottom row first. */
  readonly planes: readonly [Float32Array, Float32Array, Float32Array]

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    const plane = () => new Float32Array(width * height)
    this.planes = [plane(), plane(), plane()]
  }

  /**
   * Adds a row of a channel: no light for values up to the first limit, the light of the color for those from the second on, and in
   * proportion between them. NaN adds nothing.
   */
  addRow(y: number, values: Float64Array, { low, high }: Limits, { r, g, b }: Color): void {
    // In halves, since the range may be more than the largest number.
    const factor = 0.5 / (high / 2 - low / 2)
    for (const [index, shown] of [r, g, b].entries()) {
      const light = lightOf(shown / 255)
      if (light > 0) addShares(values, low, factor, light, this.row(index, y))
    }
  }

  /** One row of one primary color. */
  row(plane: number, y: number): Float32Array {
    return (this.planes[plane] as Float32Array).subarray(y * this.width, (y + 1) * this.width)
  }
}

function addShares(values: Float64Array, low: number, factor: number, light: number, into: Float32Array): void {
  for (let x = 0; x < into.length; x++) {
    const share = (values[x]! - low) * factor
    // In this order NaN adds nothing.
    if (share > 0) into[x] = into[x]! + light * Math.min(share, 1)
  }
}
