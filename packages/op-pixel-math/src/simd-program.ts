import type { Samples, SampleType } from '@datalab/fits'
import { hasSimd } from '@datalab/pixels'
import { BLOCK } from './block.js'
import { type Formula, imagesOf } from './formula.js'
import { BLOCK_BYTES, canCompile, FormulaCompiler } from './formula-compiler.js'
import type { PixelProgram } from './program.js'

/** More are left to the other kind of program: there a constant takes no register. */
const MOST_PARTS = 300

/** What calls the function of a module. */
interface Kernel {
  readonly memory: WebAssembly.Memory
  /** Calculates so many pixels, an even number; whether any of them is not finite. */
  calculate(count: number): number
}

/** A formula made into WebAssembly, two pixels at a time: all of it in one pass over a block. For formulas of arithmetic, comparisons and conditions. */
export class SimdProgram implements PixelProgram {
  readonly images: readonly number[]
  readonly length = 1
  isFinite = false
  readonly #kernel: Kernel
  readonly #inputs: ReadonlyMap<number, Samples>
  readonly #result: Samples

  private constructor(formula: Formula, types: readonly SampleType[], type: SampleType) {
    this.images = imagesOf(formula)
    const module = new WebAssembly.Module(new FormulaCompiler(this.images, types, type).module(formula))
    this.#kernel = new WebAssembly.Instance(module, {}).exports as unknown as Kernel
    const { buffer } = this.#kernel.memory
    this.#inputs = new Map(this.images.map((index, place) => [index, blockAt(buffer, place, types[index])]))
    this.#result = blockAt(buffer, this.images.length, type)
  }

  /**
   * The program of a formula; undefined where the machine has no such instructions, or the formula other parts.
   *
   * @param types of the images, at their indices
   * @param type of the result
   */
  static of(formula: Formula, types: readonly SampleType[], type: SampleType): SimdProgram | undefined {
    return hasSimd() && isSimple(formula) ? new SimdProgram(formula, types, type) : undefined
  }

  run(bands: readonly (Samples | undefined)[], at: number, count: number): Samples {
    for (const [index, block] of this.#inputs) block.set((bands[index] as Samples).subarray(at, at + count))
    // What is left of the block before takes the place of a pixel that there is not.
    this.isFinite = this.#kernel.calculate(count + (count % 2)) === 0
    return count === BLOCK ? this.#result : this.#result.subarray(0, count)
  }

  hasFinite(pixel: number): boolean {
    for (const block of this.#inputs.values()) if (!Number.isFinite(block[pixel])) return false
    return true
  }
}

function blockAt(buffer: ArrayBuffer, place: number, type: SampleType | undefined): Samples {
  return type === 'float32'
    ? new Float32Array(buffer, place * BLOCK_BYTES, BLOCK)
    : new Float64Array(buffer, place * BLOCK_BYTES, BLOCK)
}

function isSimple(formula: Formula): boolean {
  let parts = 0
  const visit = (part: Formula): boolean => {
    if (++parts > MOST_PARTS) return false
    if (part.kind !== 'call') return part.kind !== 'statistic'
    return canCompile(part) && part.args.every(visit)
  }
  return formula.kind === 'call' ? visit(formula) : formula.kind === 'image'
}
