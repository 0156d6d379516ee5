import { defaultRegistry } from '@datalab/core'
import { expect, test } from 'vitest'
import { IncreaseBrightness } from '../src/index.js'

test('the package itself registers nothing, its ./register does', async () => {
  expect(defaultRegistry().find('increase-brightness')).toBeUndefined()
  await import('../src/register.js')
  expect(defaultRegistry().find('increase-brightness')).toBe(IncreaseBrightness)
})
