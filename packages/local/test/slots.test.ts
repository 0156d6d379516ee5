import { expect, it } from 'vitest'
import { Slots } from '../src/slots.js'

const never = new Promise<void>(() => {})

it('lets waiting work begin in its order', async () => {
  const slots = new Slots(1)
  const order: number[] = []
  await Promise.all([1, 2, 3].map((number) => slots.use(undefined, async () => void order.push(number))))
  expect(order).toEqual([1, 2, 3])
})

it('gives a slot back when work fails', async () => {
  const slots = new Slots(1)
  await expect(slots.use(undefined, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await slots.use(undefined, async () => 'yes')).toBe('yes')
})

it('lets an aborted one go, without losing a slot', async () => {
  const slots = new Slots(1)
  let end = () => {}
  const first = slots.use(undefined, () => new Promise<void>((resolve) => (end = resolve)))
  const [early, late] = [new AbortController(), new AbortController()]
  const second = slots.use(early.signal, () => never)
  const third = slots.use(late.signal, () => never)
  const fourth = slots.use(undefined, async () => 'yes')
  early.abort()
  await expect(second).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
  end()
  late.abort()
  await expect(third).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
  await first
  expect(await fourth).toBe('yes')
})
