import type { JsonObject } from './json.js'
import type { Output } from './output.js'
import type { JobRecord, JobStatus, RecordError } from './record.js'

/** As a job's; `NOT_RUN` where a step was not begun, since another failed or the pipeline was cancelled. */
export type StepStatus = JobStatus | 'NOT_RUN'

/** What is known of a step. */
export interface StepRecord {
  readonly id: string
  /** Its operation's name. */
  readonly operation: string
  /** The steps whose outputs it takes. */
  readonly needs: readonly string[]
  readonly status: StepStatus
  /** 0 to 1, over all of its jobs. */
  readonly progress: number
  readonly message: string | null
  readonly error: RecordError | null
  /** Whether the results of all its jobs were there when they were asked for. */
  readonly cached: boolean
  /** In the order of its outputs; those that are submitted. */
  readonly jobs: readonly JobRecord[]
}

/** Which step failed first, and why. */
export interface PipelineError extends RecordError {
  readonly step: string
}

/** What is known of a pipeline. */
export interface PipelineRecord {
  readonly name?: string
  /** COMPLETED when all steps are; FAILED or CANCELLED when nothing of it goes on any more. */
  readonly status: JobStatus
  /** 0 to 1, over all steps; never backwards; 1 only when COMPLETED. */
  readonly progress: number
  /** What the user reads: how many steps are done, and which go on. */
  readonly message: string | null
  readonly error: PipelineError | null
  /** As the pipeline has them. */
  readonly steps: readonly StepRecord[]
}

/** The output of a step: that of its jobs, in their order. */
export function stepOutput({ jobs }: Pick<StepRecord, 'jobs'>): Output {
  const output_files = jobs.flatMap(({ output }) => output?.output_files ?? [])
  const output_data = jobs.flatMap(({ output }) => output?.output_data ?? [])
  return { ...(output_files.length > 0 && { output_files }), ...(output_data.length > 0 && { output_data }) }
}

/** The output files of jobs, as other jobs name them. */
export function outputReferences(jobs: readonly JobRecord[]): JsonObject[] {
  return (stepOutput({ jobs }).output_files ?? []).map(({ basename, source }) => ({ source, basename }))
}

/** How many steps are done, and which go on. */
export function pipelineMessage(steps: readonly StepRecord[]): string {
  const done = steps.filter(({ status }) => status === 'COMPLETED').length
  const active = steps.filter(({ status }) => status === 'IN_PROGRESS')
  const texts = active.map(({ id, message }) => (active.length === 1 && message !== null ? `${id}: ${message}` : id))
  return [`${done} of ${steps.length} steps`, ...texts].join(', ')
}
