import { createDataLab, type OperationClass } from '@datalab/core'
import { expectTypeOf, test } from 'vitest'
import { type ColorChannel, ColorImage, type ColorImageInputs } from '../src/index.js'

test('the operation is one of its inputs', () => {
  expectTypeOf(ColorImage).toExtend<OperationClass<ColorImageInputs>>()
  expectTypeOf<ColorImageInputs>().toEqualTypeOf<{ color_channels: ColorChannel[] }>()
  const lab = createDataLab({ operations: [ColorImage] })
  // @ts-expect-error no color
  lab.submit(ColorImage, { color_channels: [{ basename: 'a', source: 'local' }] })
})
