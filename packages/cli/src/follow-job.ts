import type { Job, JobRecord } from '@datalab/core'
import { isWaiting } from './is-waiting.js'
import type { ProgressBar } from './progress-bar.js'

/** Shows the progress of a job, and cancels it when the signal says so. Resolves to its last record, when what it left is cleaned up. */
export async function followJob(job: Job, bar: ProgressBar, signal: AbortSignal): Promise<JobRecord> {
  const cancel = () => void job.cancel().catch(() => {})
  signal.addEventListener('abort', cancel)
  if (signal.aborted) cancel()
  try {
    let last = await job.record()
    for await (const record of job.events) {
      last = record
      if (isWaiting(record)) bar.wait(record.message)
      else if (!record.cached) bar.update(record.progress, record.message)
    }
    if (signal.aborted) await job.cancel()
    return last
  } finally {
    signal.removeEventListener('abort', cancel)
    bar.end()
  }
}
