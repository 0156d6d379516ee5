import { setImmediate } from 'node:timers/promises'
import { throwIfAborted } from '@datalab/core'

/**
 * Lets the process do what else waits for it, in the middle of a search that has no progress to report.
 *
 * @throws DATALAB_ABORTED once the run is to end.
 */
export async function breathe(signal?: AbortSignal): Promise<void> {
  await setImmediate()
  if (signal !== undefined) throwIfAborted(signal)
}
