import type { PipelineRecord, PipelineRun } from '@datalab/core'
import { followUntil } from './follow-until.js'
import { isWaiting } from './is-waiting.js'
import type { ProgressBar } from './progress-bar.js'

/**
 * Shows the progress of a pipeline, and cancels it when the signal says so. Resolves to its last record, when nothing of it goes on any more.
 *
 * @throws what keeps it from being followed, or cancelled.
 */
export async function followPipeline(run: PipelineRun, bar: ProgressBar, signal: AbortSignal): Promise<PipelineRecord> {
  const show = ({ message, progress, steps }: PipelineRecord) => {
    const jobs = steps.flatMap((step) => step.jobs)
    const waiting = jobs.some(({ status }) => status === 'IN_PROGRESS') ? undefined : jobs.find(isWaiting)
    if (waiting !== undefined) bar.wait(waiting.message)
    else if (jobs.some(({ cached }) => !cached)) bar.update(progress, message)
  }
  try {
    await followUntil(run, show, signal)
    return run.record()
  } finally {
    bar.end()
  }
}
