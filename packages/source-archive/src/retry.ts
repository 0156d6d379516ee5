import { isDataLabError, throwIfAborted } from '@datalab/core'
import type { Wait } from './deadline.js'

/** How often, and after how long, what failed is tried again. */
export interface RetryPolicy {
  /** Beside the first attempt. */
  readonly retries: number
  readonly wait: Wait
  /** From 0 up to 1, as `Math.random`. */
  readonly random: () => number
}

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 30_000
/** A service that asks for a longer rest is left alone: the job fails, and may be submitted again. */
const LONGEST_RETRY_AFTER_MS = 60_000

/** Does what may fail for a while: again, after exponentially longer delays, as long as its error says that it may succeed. */
export async function retry<Value>(
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
  attempt: () => Promise<Value>,
): Promise<Value> {
  for (let failures = 0; ; failures++) {
    try {
      if (signal !== undefined) throwIfAborted(signal)
      return await attempt()
    } catch (error) {
      const delay = failures < policy.retries ? delayAfter(error, failures, policy.random) : undefined
      if (delay === undefined) throw error
      await pause(policy.wait, delay, signal)
    }
  }
}

function delayAfter(error: unknown, failures: number, random: () => number): number | undefined {
  if (!isDataLabError(error, 'SOURCE_UNAVAILABLE', 'SOURCE_CORRUPT') || !error.retryable) return undefined
  const { retryAfterMs } = error.details
  const asked = typeof retryAfterMs === 'number' ? retryAfterMs : 0
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

/** The `Retry-After` header, a number of seconds or a date, in milliseconds from now. */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
