import { expect, test } from 'vitest'
import * as storageS3 from '../src/index.js'

test('exports exactly these values', () => {
  expect(Object.keys(storageS3).sort()).toEqual(['S3Storage', 's3Storage'])
})
