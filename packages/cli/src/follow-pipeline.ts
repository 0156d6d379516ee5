import type { PipelineRecord, PipelineRun } from '@datalab/core'
import { isWaiting } from './is-waiting.js'
import type { ProgressBar } from './progress-bar.js'

/** Shows the progress of a pipeline, and cancels it when the signal says so. Resolves to its last record, when nothing of it goes on any more. */
export async function followPipeline(run: PipelineRun, bar: ProgressBar, signal: AbortSignal): Promise<PipelineRecord> {
  const cancel = () => void run.cancel().catch(() => {})
  signal.addEventListener('abort', cancel)
  if (signal.aborted) cancel()
  try {
    for await (const { message, progress, steps } of run.events) {
      const jobs = steps.flatMap((step) => step.jobs)
      const waiting = jobs.some(({ status }) => status === 'IN_PROGRESS') ? undefined : jobs.find(isWaiting)
      if (waiting !== undefined) bar.wait(waiting.message)
      else if (jobs.some(({ cached }) => !cached)) bar.update(progress, message)
    }
    return run.record()
  } finally {
    signal.removeEventListener('abort', cancel)
    bar.end()
  }
}
