import { setTimeout } from 'node:timers/promises'
import { isDataLabError } from './errors.js'
import { type RetryPolicy, retryDelay } from './failure.js'

/** For what somebody waits: a service that does not answer for longer than a second or so is not waited for. */
const POLICY: RetryPolicy = { retries: 4, minDelayMs: 30, maxDelayMs: 500 }

/** Makes a call again when it fails, which must be harmless. What trying again cannot help against is thrown at once. */
export async function persistently<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (let retries = 0; ; retries++) {
    try {
      return await call()
    } catch (error) {
      if (retries >= POLICY.retries || (isDataLabError(error) && !error.retryable)) throw error
      await setTimeout(retryDelay(POLICY, retries))
    }
  }
}
