import { expect, test } from 'vitest'
import * as normalize from '../src/index.js'

test('exports exactly these values', () => {
  expect(Object.keys(normalize).sort()).toEqual(['Normalization', 'medianOf'])
})
