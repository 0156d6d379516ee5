import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { bodyPieces } from '../src/object-body.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

test.each([
  ['without a signal', undefined],
  ['with a signal that is not aborted', new AbortController().signal],
])('the pieces of a body do not stay in memory while it goes on, %s', async (_, signal) => {
  const seen: WeakRef<Uint8Array>[] = []
  async function* body() {
    for (let i = 0; i < 50; i++) {
      const piece = new Uint8Array(1000)
      seen.push(new WeakRef(piece))
      yield piece
    }
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
  }
  let length = 0
  for await (const piece of bodyPieces(body(), signal)) length += piece.length
  expect(length).toBe(50_000)
  expect(seen.filter((ref) => ref.deref() !== undefined).length).toBeLessThan(5)
})

test('a signal that is aborted ends the pieces in every state', async () => {
  for (const when of [0, 1, 2, 3]) {
    const abort = new AbortController()
    async function* body() {
      for (let i = 0; ; i++) {
        if (i === when) abort.abort()
        yield new Uint8Array(1)
      }
    }
    const pieces = bodyPieces(body(), abort.signal)
    const all = async () => {
      for await (const _ of pieces);
    }
    await expect(all()).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
  }
})
