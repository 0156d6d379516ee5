import { defaultRegistry } from '@datalab/core'
import { expect, test } from 'vitest'
import { Median } from '../src/index.js'

test('the package itself registers nothing, its ./register does', async () => {
  expect(defaultRegistry().find('median')).toBeUndefined()
  await import('../src/register.js')
  expect(defaultRegistry().find('median')).toBe(Median)
})
