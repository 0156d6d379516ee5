import { provide } from '@datalab/core'
import { Images } from '@datalab/fits/images'
import { Median } from '@datalab/op-median'
import { expectTypeOf, test } from 'vitest'
import { type FinishedRun, memoryImages, runOperation, testOperation } from '../src/index.js'

const images = memoryImages({ a: [[1]] })

test('the inputs are those of the operation', () => {
  expectTypeOf(runOperation(Median, { input_files: [images.file('a')] })).resolves.toEqualTypeOf<FinishedRun>()
  // @ts-expect-error
  void runOperation(Median, { files: [] })
  // @ts-expect-error
  void runOperation(Median, { input_files: ['a'] })
})

test('images in memory are the service', () => {
  expectTypeOf(images).toExtend<Images>()
  provide(Images, images)
})

test('a suite needs valid inputs, of the operation', () => {
  const runner = { describe() {}, it() {} }
  // @ts-expect-error
  testOperation(runner, { operation: Median, valid: [] })
  // @ts-expect-error
  testOperation(runner, { operation: Median, valid: [{ input_files: 'a' }] })
})
