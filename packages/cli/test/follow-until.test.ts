import { expect, test } from 'vitest'
import { followUntil } from '../src/follow-until.js'

/** Events that come when they are given. */
function followed(cancel: () => Promise<void>) {
  const given: number[] = []
  let wake = () => {}
  let isOver = false
  async function* events() {
    for (;;) {
      yield* given.splice(0)
      if (isOver) return
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  const give = (event: number) => {
    given.push(event)
    wake()
  }
  const end = () => {
    isOver = true
    wake()
  }
  return { what: { events: events(), cancel }, give, end }
}

test('tells of each event to the last', async () => {
  const { what, give, end } = followed(async () => {})
  const told: number[] = []
  give(1)
  give(2)
  await followUntil(what, (event) => void (told.push(event) === 2 && end()), new AbortController().signal)
  expect(told).toEqual([1, 2])
})

test.each(['before', 'meanwhile'])(
  'takes back what it follows when it is told to %s, and waits for its end',
  async (when) => {
    const controller = new AbortController()
    const { what, give, end } = followed(async () => end())
    if (when === 'before') controller.abort()
    else give(1)
    const told: number[] = []
    await followUntil(
      what,
      (event) => {
        told.push(event)
        controller.abort()
      },
      controller.signal,
    )
    expect(told).toEqual(when === 'before' ? [] : [1])
  },
)

test('does not wait for the end of what cannot be taken back', async () => {
  const controller = new AbortController()
  const { what } = followed(async () => {
    throw new Error('the disk is full')
  })
  const following = followUntil(what, () => {}, controller.signal)
  controller.abort()
  await expect(following).rejects.toThrow('the disk is full')
})
