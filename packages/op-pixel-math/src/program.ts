import type { Samples } from '@datalab/fits'
import { BLOCK } from './block.js'
import { type Formula, imagesOf } from './formula.js'
import { type Operand, type Step, stepOf } from './loops.js'

/** A formula made into what can be run. */
export interface PixelProgram {
  /** The images it reads, by their indices. */
  readonly images: readonly number[]
  /** How many things it does to each pixel. */
  readonly length: number
  /** Whether all values of the last block are known to be finite. */
  readonly isFinite: boolean
  /**
   * The values of a block of pixels, which the next call overwrites.
   *
   * @param bands some values of each image, at its index
   * @param at where the block begins in the bands
   * @param count at most `BLOCK`
   */
  run(bands: readonly (Samples | undefined)[], at: number, count: number): Samples
  /** Whether all images have a finite value at a pixel of the block that was run. */
  hasFinite(pixel: number): boolean
}

/**
 * A formula made into steps, each of which goes over a block of pixels. In double precision; 1 and 0 are what is true and false.
 *
 * It takes as little memory as it can: blocks are used again as soon as nothing needs what is in them.
 */
export class Program implements PixelProgram {
  readonly images: readonly number[]
  readonly isFinite = false
  readonly #steps: Step[] = []
  readonly #inputs = new Map<number, Float64Array>()
  readonly #spare: Float64Array[] = []
  readonly #needs = new Map<Formula, number>()
  readonly #result: Float64Array

  /** @param formula without statistics: they have to be numbers by now */
  constructor(formula: Formula) {
    this.images = imagesOf(formula)
    for (const index of this.images) this.#inputs.set(index, new Float64Array(BLOCK))
    const result = this.#operandOf(formula)
    this.#result = typeof result === 'number' ? new Float64Array(BLOCK).fill(result) : result
  }

  get length(): number {
    return this.#steps.length
  }

  run(bands: readonly (Samples | undefined)[], at: number, count: number): Float64Array {
    for (const [index, block] of this.#inputs) block.set((bands[index] as Samples).subarray(at, at + count))
    for (const step of this.#steps) step(count)
    return count === BLOCK ? this.#result : this.#result.subarray(0, count)
  }

  hasFinite(pixel: number): boolean {
    for (const block of this.#inputs.values()) if (!Number.isFinite(block[pixel])) return false
    return true
  }

  #operandOf(formula: Formula): Operand {
    if (formula.kind === 'number') return formula.value
    if (formula.kind === 'image') return this.#inputs.get(formula.index) as Float64Array
    if (formula.kind === 'statistic') throw new TypeError('A statistic of the formula is no number yet.')
    const operands = this.#operandsOf(formula.args)
    const free = operands.filter(
      (operand, index) => formula.args[index]?.kind === 'call' && typeof operand !== 'number',
    )
    const [into = this.#spare.pop() ?? new Float64Array(BLOCK), ...rest] = free as Float64Array[]
    this.#steps.push(stepOf(formula.name, operands, into))
    this.#spare.push(...rest)
    return into
  }

  /** Those that need most memory come first, so that it is free again for the others. */
  #operandsOf(args: readonly Formula[]): Operand[] {
    const order = [...args.keys()].sort((a, b) => this.#need(args[b]) - this.#need(args[a]))
    const operands: Operand[] = []
    for (const index of order) operands[index] = this.#operandOf(args[index] as Formula)
    return operands
  }

  /** How many blocks of memory a formula takes while it is calculated. */
  #need(formula: Formula | undefined): number {
    if (formula?.kind !== 'call') return 0
    const known = this.#needs.get(formula)
    if (known !== undefined) return known
    const needs = formula.args.map((arg) => this.#need(arg)).sort((a, b) => b - a)
    const need = Math.max(1, ...needs.map((one, before) => one + before))
    this.#needs.set(formula, need)
    return need
  }
}
