import { expect, test } from 'vitest'
import * as median from '../src/index.js'

test('exports exactly these values', () => {
  expect(Object.keys(median).sort()).toEqual(['Median'])
})
