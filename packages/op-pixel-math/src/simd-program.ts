import type { Samples, SampleType } from '@datalab/fits'
import { hasSimd } from '@datalab/pixels'
import { BLOCK } from './block.js'
import { type Formula, imagesOf } from './formula.js'
import type { PixelProgram } from './program.js'
import { type Code, f64x2Const, i32Const, op, TYPE, wasmModule } from './wasm-module.js'

/** What is done by one instruction to two pixels at once, with the very bits that JavaScript gives. */
const INSTRUCTIONS: ReadonlyMap<string, Code> = new Map([
  ['add', op.add],
  ['subtract', op.sub],
  ['multiply', op.mul],
  ['divide', op.div],
  ['unaryMinus', op.neg],
  ['unaryPlus', []],
  ['abs', op.abs],
  ['sqrt', op.sqrt],
])

/** More are left to the other kind of program: there a constant takes no register. */
const MOST_PARTS = 300

/** Bytes of a block of any type. */
const BLOCK_BYTES = BLOCK * Float64Array.BYTES_PER_ELEMENT

// The parameter: how many pixels. Then where the loop is in float32 and in float64 memory, and what it has found that is not finite.
const COUNT = 0
const AT = 1
const FOUND = 2

/** What calls the function of a module. */
interface Kernel {
  readonly memory: WebAssembly.Memory
  /** Calculates so many pixels, an even number; whether any of them is not finite. */
  calculate(count: number): number
}

/** A formula made into WebAssembly, two pixels at a time: all of it in one pass over a block. For formulas of arithmetic alone. */
export class SimdProgram implements PixelProgram {
  readonly images: readonly number[]
  readonly length = 1
  isFinite = false
  readonly #kernel: Kernel
  readonly #inputs: ReadonlyMap<number, Samples>
  readonly #result: Samples

  private constructor(formula: Formula, types: readonly SampleType[], type: SampleType) {
    this.images = imagesOf(formula)
    const module = new WebAssembly.Module(new Compiler(this.images, types, type).module(formula))
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
    return (isSquare(part) || INSTRUCTIONS.has(part.name)) && part.args.every(visit)
  }
  return formula.kind === 'call' ? visit(formula) : formula.kind === 'image'
}

function isSquare({ name, args: [, exponent] }: Extract<Formula, { kind: 'call' }>): boolean {
  return name === 'square' || (name === 'pow' && exponent?.kind === 'number' && exponent.value === 2)
}

/** Writes the module of one formula. */
class Compiler {
  readonly #locals: number[] = [TYPE.i32, TYPE.v128]
  readonly #numbers = new Map<string, number>()
  readonly #values = new Map<number, number>()
  /** What is done before the loop. */
  readonly #before: number[] = []

  constructor(
    private readonly images: readonly number[],
    private readonly types: readonly SampleType[],
    private readonly type: SampleType,
  ) {
    for (const index of images) this.#values.set(index, this.#local())
  }

  module(formula: Formula): Uint8Array<ArrayBuffer> {
    const loads = this.images.flatMap((index, place) => this.#load(index, place))
    const body = [...loads, ...this.#value(formula), ...this.#store()]
    // Two pixels further, as long as there are some.
    const step = [...op.get(AT), ...i32Const(2), ...op.i32Add, ...op.tee(AT), ...op.get(COUNT), ...op.i32LtU]
    const loop = op.loop([...body, ...step])
    const code = [...this.#before, ...loop, ...op.get(FOUND), ...op.anyTrue]
    const locals = this.#locals
    const memoryBytes = (this.images.length + 1) * BLOCK_BYTES
    return wasmModule(
      { name: 'calculate', parameters: [TYPE.i32], results: [TYPE.i32], locals, body: code },
      memoryBytes,
    )
  }

  #local(): number {
    // The parameter comes before.
    return this.#locals.push(TYPE.v128)
  }

  #address(type: SampleType | undefined): Code {
    return [...op.get(AT), ...i32Const(type === 'float32' ? 2 : 3), ...op.i32Shl]
  }

  #load(index: number, place: number): Code {
    const type = this.types[index]
    const offset = place * BLOCK_BYTES
    const load = type === 'float32' ? [...op.load64Zero(offset), ...op.promote] : op.load(offset)
    return [...this.#address(type), ...load, ...op.set(this.#values.get(index) as number)]
  }

  /** Stores the two values on the stack, and notes whether they are finite: only finite ones leave nothing of themselves. */
  #store(): Code {
    const offset = this.images.length * BLOCK_BYTES
    const isSingle = this.type === 'float32'
    const result = this.#local()
    const zero = this.#number(0)
    const [sub, ne] = isSingle ? [op.f32Sub, op.f32Ne] : [op.sub, op.ne]
    const rest = [...op.get(result), ...op.get(result), ...sub, ...op.get(zero), ...ne]
    return [
      ...(isSingle ? op.demote : []),
      ...op.set(result),
      ...this.#address(this.type),
      ...op.get(result),
      ...(isSingle ? op.store64Lane0(offset) : op.store(offset)),
      ...op.get(FOUND),
      ...rest,
      ...op.or,
      ...op.set(FOUND),
    ]
  }

  #value(formula: Formula): Code {
    if (formula.kind === 'number') return op.get(this.#number(formula.value))
    if (formula.kind === 'image') return op.get(this.#values.get(formula.index) as number)
    if (formula.kind === 'statistic') throw new TypeError('A statistic of the formula is no number yet.')
    const [first, second] = formula.args as [Formula, Formula | undefined]
    if (isSquare(formula)) return this.#square(first)
    const operands = [...this.#value(first), ...(second === undefined ? [] : this.#value(second))]
    return [...operands, ...(INSTRUCTIONS.get(formula.name) as Code)]
  }

  #square(formula: Formula): Code {
    const local = this.#local()
    return [...this.#value(formula), ...op.tee(local), ...op.get(local), ...op.mul]
  }

  /** The local variable that holds a number, twice. */
  #number(value: number): number {
    const name = Object.is(value, -0) ? '-0' : String(value)
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    const local = this.#local()
    this.#before.push(...f64x2Const(value), ...op.set(local))
    this.#numbers.set(name, local)
    return local
  }
}
