import { setTimeout as sleep } from 'node:timers/promises'
import { isDataLabError, throwIfAborted } from './errors.js'

/** How long the store of records is left alone between two calls, in milliseconds. */
const PAUSE_MS = 250

/**
 * Makes a call of the store of records again until it is answered: a run whose work is done outlasts a store that is away, and is not done anew.
 * What else fails, fails.
 *
 * @throws the signal's reason: of the run's time limit, if nothing else ends it.
 */
export async function outlasting<Answer>(call: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!isDataLabError(error, 'DATALAB_RECORDS_UNAVAILABLE')) throw error
    }
    throwIfAborted(signal)
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => {})
    throwIfAborted(signal)
  }
}
