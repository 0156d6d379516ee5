import { expect, test } from 'vitest'
import { Gate } from '../src/gate.js'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

test('lets so many through at once, in their order', async () => {
  const gate = new Gate(3)
  const order: number[] = []
  let inside = 0
  let most = 0
  const work = Array.from({ length: 20 }, (_, i) =>
    gate.pass(undefined, async () => {
      order.push(i)
      most = Math.max(most, ++inside)
      await turn()
      inside--
      if (i === 4) throw new Error('broken')
    }),
  )
  const results = await Promise.allSettled(work)
  expect(results.flatMap(({ status }, i) => (status === 'rejected' ? [i] : []))).toEqual([4])
  expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i))
  expect(most).toBe(3)
})

test('has whoever gives up wait no longer, and loses no place by that', async () => {
  const gate = new Gate(1)
  let open = () => {}
  const first = gate.pass(undefined, () => new Promise<void>((resolve) => (open = resolve)))
  const abort = new AbortController()
  const given = gate.pass(abort.signal, async () => expect.unreachable())
  const last = gate.pass(undefined, async () => 'through')
  abort.abort()
  await expect(given).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
  open()
  expect(await last).toBe('through')
  await first
  expect(await gate.pass(undefined, async () => 'again')).toBe('again')
})

test('loses no place when a turn comes with the abort', async () => {
  const gate = new Gate(1)
  for (let round = 0; round < 5; round++) {
    const abort = new AbortController()
    let open = () => {}
    const first = gate.pass(undefined, () => new Promise<void>((resolve) => (open = resolve)))
    const second = gate.pass(abort.signal, async () => {}).catch(() => {})
    await turn()
    open()
    for (let i = 0; i < round; i++) await Promise.resolve()
    abort.abort()
    await Promise.all([first, second])
  }
  expect(await gate.pass(undefined, async () => 'through')).toBe('through')
})
