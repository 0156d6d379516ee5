import { createDataLab, type FitsFile, type OperationClass } from '@datalab/core'
import { expectTypeOf, test } from 'vitest'
import { Stacking, type StackingInputs, type StackingMode } from '../src/index.js'

test('the operation is one of its inputs', () => {
  expectTypeOf(Stacking).toExtend<OperationClass<StackingInputs>>()
  expectTypeOf<StackingInputs>().toEqualTypeOf<{ input_files: FitsFile[]; stacking_mode?: StackingMode }>()
  expectTypeOf<StackingMode>().toEqualTypeOf<'simple' | 'reproject' | 'mean' | 'sigma-clip'>()
  const lab = createDataLab({ operations: [Stacking] })
  // @ts-expect-error no such mode
  lab.submit(Stacking, { input_files: [], stacking_mode: 'best' })
})
