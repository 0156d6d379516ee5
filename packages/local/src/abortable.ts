import { throwIfAborted } from '@datalab/core'

/**
 * A promise that an aborted signal ends at once. What the promise gives after that is lost: whoever made it clears it up.
 *
 * @throws DATALAB_ABORTED
 */
export async function abortable<Result>(promise: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return promise
  const { promise: aborted, stop } = abortion(signal)
  // It may fail when nobody waits for it any more.
  promise.catch(() => {})
  try {
    return await Promise.race([promise, aborted])
  } finally {
    stop()
  }
}

function abortion(signal: AbortSignal): { promise: Promise<never>; stop: () => void } {
  let stop = () => {}
  const promise = new Promise<never>((_, reject) => {
    const listener = () => {
      try {
        throwIfAborted(signal)
      } catch (error) {
        reject(error)
      }
    }
    stop = () => signal.removeEventListener('abort', listener)
    signal.addEventListener('abort', listener, { once: true })
    listener()
  })
  return { promise, stop }
}
