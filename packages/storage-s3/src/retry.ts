import { throwIfAborted } from '@datalab/core'
import type { Wait } from './deadline.js'
import { isTransient, S3Failure } from './s3-failure.js'

/** How often, and after how long, what failed is tried again. */
export interface RetryPolicy {
  /** Beside the first attempt. */
  readonly retries: number
  readonly wait: Wait
  /** From 0 up to 1, as `Math.random`. */
  readonly random: () => number
}

const FIRST_DELAY_MS = 200
const LONGEST_DELAY_MS = 20_000
/** A server that asks for a longer rest is left alone: the caller may come again. */
const LONGEST_RETRY_AFTER_MS = 60_000
/** What has brought so many bytes is no failure that counts. */
const PROGRESS_BYTES = 65_536

/**
 * Does what may fail for a while: again, after exponentially longer delays, as long as its failure says that it may succeed.
 *
 * @param progress how many bytes have come by now: whoever comes on may fail for ever
 */
export async function retry<Value>(
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
  attempt: () => Promise<Value>,
  progress: () => number = () => 0,
): Promise<Value> {
  let failures = 0
  for (let reached = progress(); ; ) {
    try {
      if (signal !== undefined) throwIfAborted(signal)
      return await attempt()
    } catch (error) {
      if (progress() >= reached + PROGRESS_BYTES) {
        failures = 0
        reached = progress()
      }
      const delay = failures < policy.retries ? delayAfter(error, failures, policy.random) : undefined
      if (delay === undefined) throw error
      failures++
      await pause(policy.wait, delay, signal)
    }
  }
}

function delayAfter(error: unknown, failures: number, random: () => number): number | undefined {
  if (!(error instanceof S3Failure) || !isTransient(error)) return undefined
  const asked = error.retryAfterMs ?? 0
  if (asked > LONGEST_RETRY_AFTER_MS) return undefined
  const delay = Math.min(FIRST_DELAY_MS * 2 ** failures, LONGEST_DELAY_MS)
  return asked + delay * (0.5 + random() / 2)
}

async function pause(wait: Wait, ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await wait(ms, signal)
  } catch (error) {
    if (signal !== undefined) throwIfAborted(signal)
    throw error
  }
}
