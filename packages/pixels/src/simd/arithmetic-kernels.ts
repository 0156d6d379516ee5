import type { ArithmeticKernels, Operation } from '../kernels.js'
import type { Samples } from '../pixel-scale.js'
import { arithmeticKernels as reference } from '../reference/arithmetic-kernels.js'
import { type Machine, VECTORS } from './machine.js'

const OPERATIONS: Readonly<Record<Operation, number>> = { add: 0, subtract: 1, multiply: 2, divide: 3 }

const VECTOR_BYTES = 16

/** Arithmetic with images by vectors. Images of two types are left to the reference. */
export function arithmeticKernels(machine: Machine): ArithmeticKernels {
  const { kernels } = machine

  /** Float32 images, and a number that float32 rounds. */
  function mixed(what: number, image: Samples, number: number, isNumberFirst: boolean, into: Samples): void {
    machine.each(into.length, [image], into, ([from], to, count) =>
      kernels.calculateMixed!(what, from!, to, count, number, isNumberFirst),
    )
  }

  function same(what: number, operands: readonly (Samples | number)[], into: Samples): void {
    const isFloat32 = into instanceof Float32Array
    const calculate = isFloat32 ? kernels.calculate32! : kernels.calculate64!
    const images = operands.filter((operand) => typeof operand !== 'number')
    for (const [i, operand] of operands.entries())
      if (typeof operand === 'number') machine.copyIn(vectorOf(operand, isFloat32), VECTORS + i * VECTOR_BYTES)
    machine.each(into.length, images, into, (from, to, count) => {
      let next = 0
      const words = operands.flatMap((operand, i) =>
        typeof operand === 'number' ? [VECTORS + i * VECTOR_BYTES, 0] : [from[next++]!, VECTOR_BYTES],
      )
      calculate(what, ...words, to, count)
    })
  }

  return {
    calculate(operation, first, second, into) {
      const what = OPERATIONS[operation]
      const operands = [first, second]
      const images = operands.filter((operand) => typeof operand !== 'number')
      const number = operands.find((operand) => typeof operand === 'number')
      if (images.length === 0 || images.some((image) => image.constructor !== into.constructor))
        reference.calculate(operation, first, second, into)
      else if (number !== undefined && into instanceof Float32Array && !Object.is(Math.fround(number), number))
        mixed(what, images[0]!, number, typeof first === 'number', into)
      else same(what, operands, into)
    },
  }
}

function vectorOf(number: number, isFloat32: boolean): Samples {
  return isFloat32 ? new Float32Array(4).fill(number) : new Float64Array(2).fill(number)
}
