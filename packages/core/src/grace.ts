/** Milliseconds that what is under way has to end by itself when its run is to end, or is over. Then it is left to itself. */
export const GRACE_MS = 2000

/**
 * What work comes to. When the signal is aborted the work has a grace to end by itself; then it is left to itself, whatever it does, and the
 * signal's reason is thrown.
 */
export async function withinGrace<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  let wait = () => {}
  const abandoned = new Promise<never>((_, reject) => {
    wait = () => {
      timer = setTimeout(() => reject(signal.reason), GRACE_MS)
    }
  })
  signal.addEventListener('abort', wait, { once: true })
  if (signal.aborted) wait()
  try {
    return await Promise.race([work, abandoned])
  } finally {
    signal.removeEventListener('abort', wait)
    clearTimeout(timer)
  }
}

/** What work comes to, where it does so within this time; else the error is thrown, and the work is left to itself. */
export async function withinTime<Result>(work: Promise<Result>, ms: number, error: () => unknown): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(error()), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
