import { defaultRegistry } from '@datalab/core'
import { expect, test } from 'vitest'
import { Subtraction } from '../src/index.js'

test('the package itself registers nothing, its ./register does', async () => {
  expect(defaultRegistry().find('subtraction')).toBeUndefined()
  await import('../src/register.js')
  expect(defaultRegistry().find('subtraction')).toBe(Subtraction)
})
