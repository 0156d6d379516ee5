import { expect, it } from 'vitest'
import { mapLimited } from '../src/map-limited.js'

it('keeps the order, and so many at a time', async () => {
  let [going, most] = [0, 0]
  const doubled = await mapLimited([3, 1, 2, 0], 2, async (turns) => {
    most = Math.max(most, ++going)
    for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve))
    going--
    return 2 * turns
  })
  expect([doubled, most]).toEqual([[6, 2, 4, 0], 2])
})

it('begins no more after a failure', async () => {
  const begun: number[] = []
  const mapping = mapLimited([1, 2, 3, 4], 1, async (item) => {
    begun.push(item)
    if (item === 2) throw new Error('two')
  })
  await expect(mapping).rejects.toThrow('two')
  expect(begun).toEqual([1, 2])
})
