import { createDataLab, type FitsFile, type OperationClass } from '@datalab/core'
import { expectTypeOf, test } from 'vitest'
import { medianOf, Normalization, type NormalizationInputs } from '../src/index.js'

test('the operation is one of its inputs', () => {
  expectTypeOf(Normalization).toExtend<OperationClass<NormalizationInputs>>()
  expectTypeOf<NormalizationInputs>().toEqualTypeOf<{ input_files: FitsFile[] }>()
  expectTypeOf(medianOf).returns.toEqualTypeOf<number>()
  const lab = createDataLab({ operations: [Normalization] })
  // @ts-expect-error no source
  lab.submit(Normalization, { input_files: [{ basename: 'a' }] })
})
