import type { Job, JobRecord } from '@datalab/core'
import { followUntil } from './follow-until.js'
import { isWaiting } from './is-waiting.js'
import type { ProgressBar } from './progress-bar.js'

/**
 * Shows the progress of a job, and cancels it when the signal says so. Resolves to its last record, when what it left is cleaned up.
 *
 * @throws what keeps it from being followed, or cancelled.
 */
export async function followJob(job: Job, bar: ProgressBar, signal: AbortSignal): Promise<JobRecord> {
  try {
    let last = await job.record()
    const show = (record: JobRecord) => {
      last = record
      if (isWaiting(record)) bar.wait(record.message)
      else if (!record.cached) bar.update(record.progress, record.message)
    }
    await followUntil(job, show, signal)
    if (signal.aborted) await job.cancel()
    return last
  } finally {
    bar.end()
  }
}
