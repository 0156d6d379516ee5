import { createDataLab, type FitsFile, type OperationClass } from '@datalab/core'
import { expectTypeOf, test } from 'vitest'
import { calculate, PixelMath, type PixelMathInputs } from '../src/index.js'

test('the operation is one of its inputs', () => {
  expectTypeOf(PixelMath).toExtend<OperationClass<PixelMathInputs>>()
  expectTypeOf<PixelMathInputs>().toEqualTypeOf<{ input_files: FitsFile[]; expression: string }>()
  const lab = createDataLab({ operations: [PixelMath] })
  // @ts-expect-error no expression
  lab.submit(PixelMath, { input_files: [{ basename: 'a', source: 'local' }] })
})

test('the result has the type of the array given', () => {
  expectTypeOf(calculate('a', [new Float64Array(1)], new Float32Array(1))).resolves.toExtend<Float32Array>()
})
