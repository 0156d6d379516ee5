import type { SampleType } from '@datalab/fits'
import { BLOCK } from './block.js'
import type { CallPart, Formula } from './formula.js'
import { ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE } from './numbers.js'
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

/** What is done with what is true of two values. */
const JOINS: ReadonlyMap<string, Code> = new Map([
  ['and', op.and],
  ['or', op.or],
  ['xor', op.xor],
])

/** What takes more than one instruction. */
const COMPOSED = new Set([
  ...['smaller', 'larger', 'smallerEq', 'largerEq', 'equal', 'unequal'],
  ...['isNaN', 'not', 'where', ...JOINS.keys()],
])

/** Bytes of a block of any type. */
export const BLOCK_BYTES = BLOCK * Float64Array.BYTES_PER_ELEMENT

// The parameter: how many pixels. Then where the loop is in float32 and in float64 memory, and what it has found that is not finite.
const COUNT = 0
const AT = 1
const FOUND = 2

/** Whether there is WebAssembly for a function. */
export function canCompile(part: CallPart): boolean {
  const { name, args } = part
  const isExtreme = (name === 'min' || name === 'max') && args.length === 2
  return isSquare(part) || isExtreme || INSTRUCTIONS.has(name) || COMPOSED.has(name)
}

function isSquare({ name, args: [, exponent] }: CallPart): boolean {
  return name === 'square' || (name === 'pow' && exponent?.kind === 'number' && exponent.value === 2)
}

/** Writes the WebAssembly of one formula: a function `calculate` that goes over a block, two pixels at a time. */
export class FormulaCompiler {
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
    const instruction = INSTRUCTIONS.get(formula.name)
    if (instruction === undefined) return this.#composed(formula)
    const operands = [...this.#value(first), ...(second === undefined ? [] : this.#value(second))]
    return [...operands, ...instruction]
  }

  /** The values of a function that takes more than one instruction. */
  #composed({ name, args }: CallPart): Code {
    const operands = args.map((arg) => this.#kept(arg))
    const codes = operands.flatMap(({ code }) => code)
    const [x = 0, y = 0, z = 0] = operands.map(({ local }) => local)
    const one = op.get(this.#number(1))
    if (name === 'where') return [...codes, ...op.get(y), ...op.get(z), ...this.#truth(x), ...op.select]
    if (name === 'min' || name === 'max') return [...codes, ...this.#extreme(name, x, y)]
    return [...codes, ...this.#mask(name, x, y), ...one, ...op.and]
  }

  /** Where a test of two values is true, all bits. */
  #mask(name: string, x: number, y: number): Code {
    const [first, second] = [op.get(x), op.get(y)]
    if (name === 'isNaN') return [...first, ...first, ...op.ne]
    if (name === 'not') return [...this.#truth(x), ...op.not]
    const join = JOINS.get(name)
    if (join !== undefined) return [...this.#truth(x), ...this.#truth(y), ...join]
    const near = this.#near(x, y)
    if (name === 'smaller') return [...first, ...second, ...op.lt, ...near, ...op.andNot]
    if (name === 'larger') return [...first, ...second, ...op.gt, ...near, ...op.andNot]
    if (name === 'smallerEq') return [...first, ...second, ...op.le, ...near, ...op.or]
    if (name === 'largerEq') return [...first, ...second, ...op.ge, ...near, ...op.or]
    const equal = [...first, ...second, ...op.eq, ...near, ...op.or]
    return name === 'equal' ? equal : [...equal, ...op.not]
  }

  /** Neither 0 nor NaN. */
  #truth(x: number): Code {
    return [...op.get(x), ...op.abs, ...op.get(this.#number(0)), ...op.gt]
  }

  /** Equal but for rounding, where they are finite. */
  #near(x: number, y: number): Code {
    const largest = this.#local()
    const size = [...op.get(x), ...op.abs, ...op.get(y), ...op.abs, ...op.pmax, ...op.set(largest)]
    const relative = [...op.get(largest), ...op.get(this.#number(RELATIVE_TOLERANCE)), ...op.mul]
    const tolerance = [...relative, ...op.get(this.#number(ABSOLUTE_TOLERANCE)), ...op.pmax]
    const distance = [...op.get(x), ...op.get(y), ...op.sub, ...op.abs]
    const isBounded = [...op.get(largest), ...op.get(this.#number(Number.POSITIVE_INFINITY)), ...op.lt]
    return [...size, ...distance, ...tolerance, ...op.le, ...isBounded, ...op.and]
  }

  /** The second where it is NaN or goes beyond the first, else the first. */
  #extreme(name: 'min' | 'max', x: number, y: number): Code {
    const isMissing = [...op.get(y), ...op.get(y), ...op.ne]
    const isBeyond = this.#mask(name === 'min' ? 'smaller' : 'larger', y, x)
    return [...op.get(y), ...op.get(x), ...isMissing, ...isBeyond, ...op.or, ...op.select]
  }

  /** The values of a formula in a local variable. */
  #kept(formula: Formula): { readonly code: Code; readonly local: number } {
    if (formula.kind === 'number') return { code: [], local: this.#number(formula.value) }
    if (formula.kind === 'image') return { code: [], local: this.#values.get(formula.index) as number }
    const local = this.#local()
    return { code: [...this.#value(formula), ...op.set(local)], local }
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
