import { defaultRegistry } from '@datalab/core'
import { expect, test } from 'vitest'
import { Stacking } from '../src/index.js'

test('the package itself registers nothing, its ./register does', async () => {
  expect(defaultRegistry().find('stacking')).toBeUndefined()
  await import('../src/register.js')
  expect(defaultRegistry().find('stacking')).toBe(Stacking)
})
