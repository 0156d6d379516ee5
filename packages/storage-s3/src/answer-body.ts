import type { Deadline } from './deadline.js'

/** The body of an answer, as the SDK gives it in Node: a stream of either kind. */
type BodyStream = AsyncIterable<Uint8Array> & { destroy?(): unknown; cancel?(): Promise<unknown> }

/** The pieces of an answer's body. Whoever stops early ends the request. */
export async function* answerPieces(body: unknown, deadline: Deadline): AsyncGenerator<Uint8Array, void, void> {
  if (body === undefined) return
  const stream = body as BodyStream
  const iterator = stream[Symbol.asyncIterator]()
  let isOver = false
  try {
    for (;;) {
      const { done, value } = await deadline.during(iterator.next(), true)
      if (done === true) {
        isOver = true
        return
      }
      yield value
    }
  } finally {
    if (!isOver) discard(stream)
  }
}

function discard(stream: BodyStream): void {
  // A web stream that is being read cannot be cancelled; the request's signal ends it.
  if (stream.destroy !== undefined) stream.destroy()
  else stream.cancel?.().catch(() => {})
}
