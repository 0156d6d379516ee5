import { createDataLab, type FitsFile, type OperationClass } from '@datalab/core'
import { expectTypeOf, test } from 'vitest'
import { Subtraction, type SubtractionInputs } from '../src/index.js'

test('the operation is one of its inputs', () => {
  expectTypeOf(Subtraction).toExtend<OperationClass<SubtractionInputs>>()
  expectTypeOf<SubtractionInputs>().toEqualTypeOf<{ input_files: FitsFile[]; subtraction_file: FitsFile[] }>()
  const lab = createDataLab({ operations: [Subtraction] })
  // @ts-expect-error no file to subtract
  lab.submit(Subtraction, { input_files: [{ basename: 'a', source: 'local' }] })
})
