import { expect, it } from 'vitest'
import { isDeadOwner, newOwner } from '../src/cache-owner.js'

const hereAnd = (change: (parts: string[]) => void) => {
  const [process = '', id] = newOwner().split('.')
  const parts = process.split('-')
  change(parts)
  return `${parts.join('-')}.${id}`
}

it('knows the living and the dead of this machine, however silent', () => {
  expect(newOwner()).not.toBe(newOwner())
  expect(isDeadOwner(newOwner(), 1e9)).toBe(false)
  expect(
    isDeadOwner(
      hereAnd((parts) => (parts[0] = '4194305')),
      0,
    ),
  ).toBe(true)
  expect(
    isDeadOwner(
      hereAnd((parts) => (parts[1] = '1')),
      0,
    ),
  ).toBe(true)
  expect(isDeadOwner('nonsense', 0)).toBe(true)
})

it('goes by the silence of those that cannot be seen', () => {
  const elsewhere = hereAnd((parts) => (parts[3] = '1'))
  expect([10, 1000].map((silent) => isDeadOwner(elsewhere, silent))).toEqual([false, true])
  const unclear = hereAnd((parts) => {
    parts[0] = '1'
    parts[1] = 'x'
  })
  expect([10, 1000].map((silent) => isDeadOwner(unclear, silent))).toEqual([false, true])
})
