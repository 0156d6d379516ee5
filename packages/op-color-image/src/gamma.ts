/** The exponent of what screens make of a number: light is the number to the power of it. */
const GAMMA = 2.5

/** Bits of a float32 below its exponent that choose a step of the table, and those below them. */
const STEP_BITS = 10
const REST_BITS = 23 - STEP_BITS
const REST_MASK = 2 ** REST_BITS - 1

/** Light that is black, even in 16 bits. */
const DARKEST = 2 ** -44

/** The light of a color as screens show it, from 0 to 1. */
export function lightOf(shown: number): number {
  return shown ** GAMMA
}

/**
 * What to show for light from 0 to 1: whole numbers from 0 to `white`. More light than 1 is white, none and NaN are black.
 *
 * It is a table over the light's logarithm, linear in between, and within a hundredth of a step of 16 bits of the exact power.
 */
export class GammaTable {
  readonly #first = bitsOf(DARKEST) >>> REST_BITS
  #values: Float64Array | undefined

  /**
   * @param white what to show for light 1, such as 255 or 65535
   */
  constructor(private readonly white: number) {}

  /** Fills every third place of `into`, from `first` on, with what to show for a row of light. */
  show(light: Float32Array, into: Uint8Array | Uint16Array, first: number): void {
    this.#values ??= this.#made()
    const values = this.#values
    const bits = new Uint32Array(light.buffer, light.byteOffset, light.length)
    for (let x = 0; x < light.length; x++) {
      const value = light[x] as number
      const shown = value < 1 ? this.#between(values, bits[x] as number, value) : this.white
      into[first + 3 * x] = value > DARKEST ? shown + 0.5 : 0
    }
  }

  /** Made when it is first needed: it takes longer than all else that is done while the operation is loaded. */
  #made(): Float64Array {
    const steps = Uint32Array.from(
      { length: (bitsOf(1) >>> REST_BITS) - this.#first + 1 },
      (_, step) => (this.#first + step) << REST_BITS,
    )
    return Float64Array.from(new Float32Array(steps.buffer), (light) => this.white * light ** (1 / GAMMA))
  }

  #between(values: Float64Array, bits: number, light: number): number {
    if (!(light > DARKEST)) return 0
    const step = (bits >>> REST_BITS) - this.#first
    const low = values[step] as number
    return low + ((bits & REST_MASK) / (REST_MASK + 1)) * ((values[step + 1] as number) - low)
  }
}

function bitsOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0] as number
}
