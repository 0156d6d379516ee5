/** What is to be ended by a signal, which gets one listener for all: of more than ten it would warn. */
interface Waiting {
  readonly ends: Set<() => void>
  readonly listener: () => void
}

const waiting = new WeakMap<AbortSignal, Waiting>()

/**
 * What the work gives; or the signal's reason as soon as it is aborted, without waiting for what is under way.
 *
 * @param work Called unless the signal is aborted already. What it gives or fails with after the abort goes unheard.
 */
export async function abortable<Result>(signal: AbortSignal | undefined, work: () => Promise<Result>): Promise<Result> {
  if (signal === undefined) return work()
  signal.throwIfAborted()
  let end: () => void = () => undefined
  const aborted = new Promise<never>((_, reject) => {
    end = () => reject(signal.reason)
  })
  listen(signal, end)
  try {
    return await Promise.race([work(), aborted])
  } finally {
    forget(signal, end)
  }
}

function listen(signal: AbortSignal, end: () => void): void {
  const known = waiting.get(signal)
  if (known) {
    known.ends.add(end)
    return
  }
  const ends = new Set([end])
  const listener = () => {
    for (const each of ends) each()
  }
  waiting.set(signal, { ends, listener })
  signal.addEventListener('abort', listener)
}

function forget(signal: AbortSignal, end: () => void): void {
  const known = waiting.get(signal)
  known?.ends.delete(end)
  if (!known || known.ends.size > 0) return
  waiting.delete(signal)
  signal.removeEventListener('abort', known.listener)
}
