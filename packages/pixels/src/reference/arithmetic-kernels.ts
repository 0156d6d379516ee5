import type { ArithmeticKernels, Operation } from '../kernels.js'
import type { Samples } from '../pixel-scale.js'

const OPERATIONS: Readonly<Record<Operation, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
}

/** Arithmetic with images in plain TypeScript. */
export const arithmeticKernels: ArithmeticKernels = {
  calculate(operation, first, second, into) {
    const apply = OPERATIONS[operation]
    const a = valuesOf(first)
    const b = valuesOf(second)
    for (let i = 0; i < into.length; i++) into[i] = apply(a(i), b(i))
  },
}

function valuesOf(operand: Samples | number): (i: number) => number {
  return typeof operand === 'number' ? () => operand : (i) => operand[i]!
}
