import { expect, test } from 'vitest'
import * as stack from '../src/index.js'

test('exports exactly these values', () => {
  expect(Object.keys(stack).sort()).toEqual(['Stacking'])
})
