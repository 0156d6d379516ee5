import { expect, test } from 'vitest'
import * as api from '../src/index.js'

test('what the package exports', () => {
  expect(Object.keys(api).sort()).toEqual(['EXIT', 'main'])
})
