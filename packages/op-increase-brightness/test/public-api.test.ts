import { expect, test } from 'vitest'
import * as brightness from '../src/index.js'

test('exports exactly these values', () => {
  expect(Object.keys(brightness).sort()).toEqual(['IncreaseBrightness', 'brighten'])
})
