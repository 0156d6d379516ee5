import { createDataLab, type FitsFile, type OperationClass } from '@datalab/core'
import { expectTypeOf, test } from 'vitest'
import { brighten, IncreaseBrightness, type IncreaseBrightnessInputs } from '../src/index.js'

test('the operation is one of its inputs', () => {
  expectTypeOf(IncreaseBrightness).toExtend<OperationClass<IncreaseBrightnessInputs>>()
  expectTypeOf<IncreaseBrightnessInputs>().toEqualTypeOf<{ input_files: FitsFile[]; increase_by: number }>()
  const lab = createDataLab({ operations: [IncreaseBrightness] })
  // @ts-expect-error no value
  lab.submit(IncreaseBrightness, { input_files: [{ basename: 'a', source: 'local' }] })
})

test('the result has the type of the array given', () => {
  expectTypeOf(brighten(new Float64Array(1), 1, new Float32Array(1))).toExtend<Float32Array>()
})
