import type { ByteSource as SourceOfCore } from '@datalab/core'
import { expectTypeOf, test } from 'vitest'
import type { ByteSource } from '../src/index.js'

test("a source of bytes is the framework's", () => {
  expectTypeOf<ByteSource>().toEqualTypeOf<SourceOfCore>()
})
