import { defaultRegistry } from '@datalab/core'
import { expect, test } from 'vitest'
import { PixelMath } from '../src/index.js'

test('the package itself registers nothing, its ./register does', async () => {
  expect(defaultRegistry().find('pixel-math')).toBeUndefined()
  await import('../src/register.js')
  expect(defaultRegistry().find('pixel-math')).toBe(PixelMath)
})
