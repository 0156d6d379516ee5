import { expect, test } from 'vitest'
import * as subtract from '../src/index.js'

test('exports exactly these values', () => {
  expect(Object.keys(subtract).sort()).toEqual(['Subtraction'])
})
