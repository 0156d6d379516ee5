import { defaultRegistry } from '@datalab/core'
import { expect, test } from 'vitest'
import { Normalization } from '../src/index.js'

test('the package itself registers nothing, its ./register does', async () => {
  expect(defaultRegistry().find('normalization')).toBeUndefined()
  await import('../src/register.js')
  expect(defaultRegistry().find('normalization')).toBe(Normalization)
})
