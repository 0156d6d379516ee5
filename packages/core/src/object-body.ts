import { types } from 'node:util'
import { throwIfAborted } from './errors.js'
import type { ObjectBody } from './object-storage.js'

/** What a body threw, told apart from what a storage throws while it writes it. */
export class BodyFailure {
  constructor(readonly error: unknown) {}
}

/**
 * The pieces of a body. An aborted signal ends them at once, even while the body waits for something.
 *
 * @throws BodyFailure with what the body throws.
 */
export async function* bodyPieces(body: ObjectBody, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  if (signal !== undefined) throwIfAborted(signal)
  if (types.isUint8Array(body)) {
    yield body
    return
  }
  const iterator = iteratorOf(body)
  const abortion = signal && abortionOf(signal)
  let isWaiting = false
  try {
    for (;;) {
      isWaiting = true
      const step = await (abortion === undefined ? nextOf(iterator) : abortion.unless(nextOf(iterator)))
      if (step.done === true) return
      isWaiting = false
      if (signal !== undefined) throwIfAborted(signal)
      yield checkedPiece(step.value)
    }
  } finally {
    abortion?.stop()
    // A body that is waited for would end only after that; one that has ended or failed by itself takes no notice.
    const ended = endOf(iterator)
    if (!isWaiting) await ended
  }
}

function iteratorOf(body: Exclude<ObjectBody, Uint8Array>): AsyncIterator<unknown> | Iterator<unknown> {
  return Symbol.asyncIterator in body ? body[Symbol.asyncIterator]() : body[Symbol.iterator]()
}

async function nextOf(iterator: AsyncIterator<unknown> | Iterator<unknown>): Promise<IteratorResult<unknown>> {
  try {
    return await iterator.next()
  } catch (error) {
    throw new BodyFailure(error)
  }
}

async function endOf(iterator: AsyncIterator<unknown> | Iterator<unknown>): Promise<void> {
  try {
    await iterator.return?.()
  } catch {
    // Why the body is given up says more.
  }
}

interface Abortion {
  /** What is awaited, unless the signal is aborted first. One at a time. */
  unless<Value>(awaited: Promise<Value>): Promise<Value>
  stop(): void
}

/** `Promise.race` with one promise of the abortion would keep every piece of the body in memory until that is settled. */
function abortionOf(signal: AbortSignal): Abortion {
  let giveUp: (error: unknown) => void = () => {}
  const listener = () => giveUp(abortedError(signal))
  signal.addEventListener('abort', listener, { once: true })
  return {
    unless: (awaited) =>
      new Promise((resolve, reject) => {
        giveUp = reject
        awaited.then(resolve, reject)
        if (signal.aborted) listener()
      }),
    stop: () => signal.removeEventListener('abort', listener),
  }
}

function abortedError(signal: AbortSignal): unknown {
  try {
    throwIfAborted(signal)
  } catch (error) {
    return error
  }
  return undefined
}

function checkedPiece(piece: unknown): Uint8Array {
  if (types.isUint8Array(piece)) return piece
  throw new TypeError(
    `A body gave a ${typeof piece} where bytes are wanted; give Uint8Arrays (a stream without an encoding).`,
  )
}
