import { expect, test } from 'vitest'
import * as color from '../src/index.js'

test('exports exactly these values', () => {
  expect(Object.keys(color).sort()).toEqual(['ColorImage', 'alignStars', 'detectStars'])
})
