import type { PipelineRecord, PipelineRun } from '@datalab/core'
import type { ProgressBar } from './progress-bar.js'

/** Shows the progress of a pipeline, and cancels it when the signal says so. Resolves to its last record, when nothing of it goes on any more. */
export async function followPipeline(run: PipelineRun, bar: ProgressBar, signal: AbortSignal): Promise<PipelineRecord> {
  const cancel = () => void run.cancel().catch(() => {})
  signal.addEventListener('abort', cancel)
  if (signal.aborted) cancel()
  try {
    for await (const { message, progress, steps } of run.events) {
      const isWork = steps.some(({ jobs }) => jobs.some(({ cached }) => !cached))
      if (isWork) bar.update(progress, message)
    }
    return run.record()
  } finally {
    signal.removeEventListener('abort', cancel)
    bar.end()
  }
}
