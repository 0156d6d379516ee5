import { createDataLab, type FitsFile, type OperationClass } from '@datalab/core'
import { expectTypeOf, test } from 'vitest'
import { Median, type MedianInputs } from '../src/index.js'

test('the operation is one of its inputs', () => {
  expectTypeOf(Median).toExtend<OperationClass<MedianInputs>>()
  expectTypeOf<MedianInputs>().toEqualTypeOf<{ input_files: FitsFile[] }>()
  const lab = createDataLab({ operations: [Median] })
  // @ts-expect-error no source
  lab.submit(Median, { input_files: [{ basename: 'a' }] })
})
