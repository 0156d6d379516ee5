import { expect, test } from 'vitest'
import * as pixelMath from '../src/index.js'

test('exports exactly these values', () => {
  expect(Object.keys(pixelMath).sort()).toEqual(['PixelMath', 'calculate'])
})
