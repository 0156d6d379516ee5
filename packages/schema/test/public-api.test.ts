import { expect, test } from 'vitest'
import * as api from '../src/index.js'

test('exports', () => {
  expect(Object.keys(api).sort()).toEqual([
    'SchemaError',
    'generateSchemas',
    'isStale',
    'renderSchemas',
    'schemaSources',
    'writeSchemas',
  ])
})
