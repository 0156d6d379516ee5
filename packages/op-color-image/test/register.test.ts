import { defaultRegistry } from '@datalab/core'
import { expect, test } from 'vitest'
import { ColorImage } from '../src/index.js'

test('the package itself registers nothing, its ./register does', async () => {
  expect(defaultRegistry().find('color-image')).toBeUndefined()
  await import('../src/register.js')
  expect(defaultRegistry().find('color-image')).toBe(ColorImage)
})
