import type { JobRecord, PipelineRecord, StepRecord } from '@datalab/core'
import { oneLine, sentence } from './printable.js'

/** How the completed steps of a pipeline went, each in a line, with what the user should know of their results. */
export function stepLines({ steps }: PipelineRecord): string[] {
  return steps
    .filter(({ status }) => status === 'COMPLETED')
    .flatMap((step) => [
      `${step.id} (${step.operation}): ${howItWent(step)}`,
      ...warningsOf(step).map((text) => `warning: ${text}`),
    ])
    .map(oneLine)
}

/** Why a pipeline did not complete, and what was not done for that, each in a sentence. */
export function pipelineReasons({ status, steps }: PipelineRecord, title: string): string[] {
  const failed = steps.filter((step) => step.status === 'FAILED')
  const reasons = failed.map(({ error, id, operation }) => {
    const hint = error?.reference === undefined ? '' : ' With --verbose the log shows it.'
    return `step '${id}' (${operation}): ${sentence(error?.message ?? 'failed')}${hint}`
  })
  if (status === 'CANCELLED') reasons.push(`${title} was cancelled.`)
  const undone = steps.filter((step) => step.status === 'NOT_RUN' || step.status === 'CANCELLED').map(({ id }) => id)
  if (undone.length > 0) reasons.push(`Not run: ${undone.join(', ')}.`)
  return reasons.map(oneLine)
}

function howItWent({ cached, jobs }: StepRecord): string {
  const count = jobs.length === 1 ? '' : `${jobs.length} jobs, `
  if (cached) return jobs.length === 1 ? 'its result was there (cached)' : `${count}their results were there (cached)`
  const there = jobs.filter((job) => job.cached).length
  const some = there === 0 ? '' : `${there} of them there (cached), `
  return `${count}${some}completed in ${secondsOf(jobs).toFixed(1)} s`
}

/** From the beginning of the first job that was run to the end of the last. */
function secondsOf(jobs: readonly JobRecord[]): number {
  const run = jobs.filter(({ cached }) => !cached)
  const started = Math.min(...run.map((job) => Date.parse(job.started ?? '')))
  const ended = Math.max(...run.map((job) => Date.parse(job.ended ?? '')))
  return (ended - started) / 1000
}

/** Each once: the jobs of a step often say the same. */
function warningsOf({ jobs }: StepRecord): string[] {
  return [...new Set(jobs.flatMap(({ warnings }) => warnings))]
}
