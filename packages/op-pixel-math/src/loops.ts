import { BLOCK } from './block.js'
import { functionNamed, type NumberFunction } from './functions.js'
import { isSmaller } from './numbers.js'

/** A step of a program: does one thing to so many pixels of a block. */
export type Step = (count: number) => void

/** A block of pixels, or a number for all of them. */
export type Operand = Float64Array | number

type Unary = (x: Float64Array, into: Float64Array, count: number) => void
type Scaled = (x: Float64Array, number: number, into: Float64Array, count: number) => void
type Binary = (x: Float64Array, y: Float64Array, into: Float64Array, count: number) => void

// Each loop is a function of its own, so that the compiler knows what is done in it: one loop that is told what to do takes several times as long.
// Blocks are never shorter than what is counted.

const UNARY: ReadonlyMap<string, Unary> = new Map<string, Unary>([
  [
    'unaryMinus',
    (x, into, count) => {
      for (let i = 0; i < count; i++) into[i] = -x[i]!
    },
  ],
  [
    'abs',
    (x, into, count) => {
      for (let i = 0; i < count; i++) into[i] = Math.abs(x[i]!)
    },
  ],
  [
    'sqrt',
    (x, into, count) => {
      for (let i = 0; i < count; i++) into[i] = Math.sqrt(x[i]!)
    },
  ],
  [
    'square',
    (x, into, count) => {
      for (let i = 0; i < count; i++) into[i] = x[i]! * x[i]!
    },
  ],
])

/** What is done with pixels and a number behind them. */
const WITH_NUMBER: ReadonlyMap<string, Scaled> = new Map<string, Scaled>([
  [
    'add',
    (x, number, into, count) => {
      for (let i = 0; i < count; i++) into[i] = x[i]! + number
    },
  ],
  [
    'subtract',
    (x, number, into, count) => {
      for (let i = 0; i < count; i++) into[i] = x[i]! - number
    },
  ],
  [
    'multiply',
    (x, number, into, count) => {
      for (let i = 0; i < count; i++) into[i] = x[i]! * number
    },
  ],
  [
    'divide',
    (x, number, into, count) => {
      for (let i = 0; i < count; i++) into[i] = x[i]! / number
    },
  ],
])

const BINARY: ReadonlyMap<string, Binary> = new Map<string, Binary>([
  [
    'add',
    (x, y, into, count) => {
      for (let i = 0; i < count; i++) into[i] = x[i]! + y[i]!
    },
  ],
  [
    'subtract',
    (x, y, into, count) => {
      for (let i = 0; i < count; i++) into[i] = x[i]! - y[i]!
    },
  ],
  [
    'multiply',
    (x, y, into, count) => {
      for (let i = 0; i < count; i++) into[i] = x[i]! * y[i]!
    },
  ],
  [
    'divide',
    (x, y, into, count) => {
      for (let i = 0; i < count; i++) into[i] = x[i]! / y[i]!
    },
  ],
  [
    'smaller',
    (x, y, into, count) => {
      for (let i = 0; i < count; i++) into[i] = isSmaller(x[i]!, y[i]!) ? 1 : 0
    },
  ],
  [
    'larger',
    (x, y, into, count) => {
      for (let i = 0; i < count; i++) into[i] = isSmaller(y[i]!, x[i]!) ? 1 : 0
    },
  ],
])

/**
 * The step that writes the values of a function.
 *
 * @param name as `functionNamed` knows it
 * @param into where they go; it may be one of the operands
 * @throws TypeError for a function that there is not.
 */
export function stepOf(name: string, operands: readonly Operand[], into: Float64Array): Step {
  const simple = simplified(name, operands)
  if (simple !== undefined) return stepOf(...simple, into)
  const [x, y] = operands
  const unary = UNARY.get(name)
  if (unary !== undefined && x instanceof Float64Array) return (count) => unary(x, into, count)
  const withNumber = WITH_NUMBER.get(name)
  if (withNumber !== undefined && x instanceof Float64Array && typeof y === 'number')
    return (count) => withNumber(x, y, into, count)
  const blocks = operands.map(blockOf)
  const binary = BINARY.get(name)
  if (binary !== undefined) return (count) => binary(blocks[0]!, blocks[1]!, into, count)
  return generalStep(functionNamed(name), blocks, into)
}

/** The same done faster, to the last bit. */
function simplified(name: string, [x, y]: readonly Operand[]): [name: string, operands: Operand[]] | undefined {
  if (x === undefined || y === undefined) return undefined
  // Of sums and products the order of two numbers does not matter.
  if ((name === 'add' || name === 'multiply') && typeof x === 'number' && typeof y !== 'number') return [name, [y, x]]
  if (name === 'pow' && y === 2) return ['square', [x]]
  return undefined
}

function blockOf(operand: Operand): Float64Array {
  return typeof operand === 'number' ? new Float64Array(BLOCK).fill(operand) : operand
}

/** Calls the function for each pixel. */
function generalStep({ of }: NumberFunction, blocks: readonly Float64Array[], into: Float64Array): Step {
  const [x, y, z] = blocks
  if (x !== undefined && y === undefined)
    return (count) => {
      for (let i = 0; i < count; i++) into[i] = of(x[i]!)
    }
  if (x !== undefined && y !== undefined && z === undefined)
    return (count) => {
      for (let i = 0; i < count; i++) into[i] = of(x[i]!, y[i]!)
    }
  if (x !== undefined && y !== undefined && z !== undefined && blocks.length === 3)
    return (count) => {
      for (let i = 0; i < count; i++) into[i] = of(x[i]!, y[i]!, z[i]!)
    }
  return (count) => {
    for (let i = 0; i < count; i++) into[i] = of(...blocks.map((block) => block[i]!))
  }
}
