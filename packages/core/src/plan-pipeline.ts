import { checkPipeline, stepIssues } from './check-pipeline.js'
import type { DataLab, SubmitOptions } from './datalab.js'
import { eachAtOnce } from './each-at-once.js'
import type { JsonObject } from './json.js'
import { pipelineError } from './parse-pipeline.js'
import type { Pipeline } from './pipeline.js'
import type { KnownStep } from './pipeline-order.js'
import { outputReferences } from './pipeline-record.js'
import type { Plan } from './plan.js'
import { stepJobs } from './step-inputs.js'

/** What would be done for a pipeline. */
export interface PipelinePlan {
  /** As the pipeline has them. */
  readonly steps: readonly StepPlan[]
}

/** What would be done for a step. */
export interface StepPlan {
  readonly id: string
  /** Its operation's name. */
  readonly operation: string
  /** The steps whose outputs it takes. */
  readonly needs: readonly string[]
  /** Whether all of its results are there. */
  readonly cached: boolean
  /** Why, in a sentence. */
  readonly reason: string
  /** Its jobs; none while outputs that it takes are not there, since its keys depend on them. */
  readonly jobs: readonly Plan[]
}

/** How many jobs of a step are planned at once. */
const AT_ONCE = 8

/**
 * What submitting a pipeline would do, without doing it: which steps have their results already.
 *
 * @throws DATALAB_INPUT_INVALID with a sentence for each thing to change.
 */
export async function planPipeline(
  lab: DataLab,
  pipeline: Pipeline,
  options: SubmitOptions = {},
): Promise<PipelinePlan> {
  const { order, steps } = await checkPipeline(lab, pipeline, options)
  const plans = new Map<string, StepPlan>()
  const outputs = new Map<string, readonly JsonObject[]>()
  for (const step of order) {
    const missing = step.needs.filter((id) => !outputs.has(id))
    const jobs = missing.length > 0 ? [] : await jobPlans(lab, step, outputs, options)
    plans.set(step.id, stepPlan(step, jobs, missing))
    const files = missing.length > 0 ? undefined : await standingOutputs(lab, jobs, options)
    if (files !== undefined) outputs.set(step.id, files)
  }
  return { steps: steps.map(({ id }) => plans.get(id) as StepPlan) }
}

function stepPlan({ id, info, needs }: KnownStep, jobs: readonly Plan[], missing: readonly string[]): StepPlan {
  const cached = jobs.length > 0 && jobs.every((job) => job.cached)
  return { id, operation: info.name, needs, cached, reason: reasonOf(jobs, missing), jobs }
}

function reasonOf(jobs: readonly Plan[], missing: readonly string[]): string {
  if (missing.length > 0) {
    const names = missing.map((id) => `'${id}'`).join(' and ')
    return `It takes what ${names} ${missing.length === 1 ? 'makes' : 'make'}, which is not there yet.`
  }
  if (jobs.length > 1 && jobs.every(({ cached }) => cached)) return 'Their results are there.'
  const reasons = new Set(jobs.map(({ reason }) => reason))
  if (reasons.size === 1) return jobs[0]!.reason
  return `${jobs.filter(({ cached }) => cached).length} of its ${jobs.length} results are there.`
}

async function jobPlans(
  lab: DataLab,
  step: KnownStep,
  outputs: ReadonlyMap<string, readonly JsonObject[]>,
  options: SubmitOptions,
): Promise<Plan[]> {
  const plans: Plan[] = []
  try {
    const { count, inputsOf } = stepJobs(step.info, step.inputs, (id) => outputs.get(id))
    await eachAtOnce(count, AT_ONCE, async (job) => {
      plans[job] = await lab.plan(step.info.id, inputsOf(job), options)
    })
  } catch (error) {
    throw pipelineError(stepIssues({ ...step, needs: [] }, error, {}))
  }
  return plans
}

/** The output files of jobs as references, where the results of all stand. */
async function standingOutputs(
  lab: DataLab,
  jobs: readonly Plan[],
  { force, principal }: SubmitOptions,
): Promise<JsonObject[] | undefined> {
  const files: JsonObject[][] = []
  for (const { cached, inputs, key, operation } of jobs) {
    const stands =
      cached || (force === true && (await lab.plan(operation.id, inputs, { ...(principal && { principal }) })).cached)
    const record = stands ? await lab.get(key, { ...(principal && { principal }) }) : undefined
    if (record === undefined) return undefined
    files.push(outputReferences([record]))
  }
  return files.flat()
}
