import { withinGrace, withinTime } from './grace.js'
import type { ClaimAnswer, RecordStore } from './record-store.js'

/** A store that does not answer a claim for so many milliseconds hangs. */
const CLAIM_MS = 30_000

/**
 * The answer to a claim. One that comes too late is given back, since nobody waits for it any more.
 *
 * @throws what the claim throws; the signal's reason, a while after it was aborted; an Error where nothing was answered for long
 */
export async function claimInTime(
  records: RecordStore,
  claiming: Promise<ClaimAnswer>,
  signal: AbortSignal,
): Promise<ClaimAnswer> {
  const late = () => new Error(`a claim was not answered within ${CLAIM_MS} milliseconds`)
  try {
    return await withinGrace(withinTime(claiming, CLAIM_MS, late), signal)
  } catch (error) {
    claiming.then(({ lease }) => lease && records.release(lease, { delayMs: 0 })).catch(() => {})
    throw error
  }
}
