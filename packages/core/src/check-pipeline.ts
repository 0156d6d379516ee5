import type { DataLab, SubmitOptions } from './datalab.js'
import { eachAtOnce } from './each-at-once.js'
import { isDataLabError } from './errors.js'
import type { InputIssue } from './input-issue.js'
import { type JsonObject, type JsonValue, jsonPointer } from './json.js'
import type { AnyOperationInfo } from './operation-info.js'
import { type ParsedPipeline, parsePipeline, pipelineError } from './parse-pipeline.js'
import type { Pipeline } from './pipeline.js'
import { inOrder, type KnownStep, knownStep, namingIssues } from './pipeline-order.js'
import { isStandIn } from './step-filler.js'
import { stepJobs } from './step-inputs.js'

/** A pipeline that a host can run, as far as that can be told before any of it is run. */
export interface CheckedPipeline {
  readonly name?: string
  /** As they were given. */
  readonly steps: readonly KnownStep[]
  /** So that each comes after those it needs. */
  readonly order: readonly KnownStep[]
}

/** How many jobs of a step are prepared at once. */
const AT_ONCE = 8

/** With as many faults of a step its other jobs are not looked at: they are likely to have the same. */
const ENOUGH = 20

/**
 * Holds a pipeline against the operations and files of a host: every step, with stand-ins for the outputs that are not there yet.
 *
 * @throws DATALAB_INPUT_INVALID with a sentence for each thing to change; what {@link DataLab.plan} throws where that is nothing to change.
 */
export async function checkPipeline(
  lab: DataLab,
  pipeline: Pipeline,
  options: Pick<SubmitOptions, 'principal'>,
): Promise<CheckedPipeline> {
  const { name, steps } = await parsePipeline(pipeline)
  const known = knownSteps(lab, steps)
  const { circle, order } = inOrder(known)
  if (circle !== undefined) throw circleError(known, circle)
  const issues: InputIssue[] = []
  for (const step of known) issues.push(...(await inputIssues(lab, step, options)))
  if (issues.length > 0) throw pipelineError(issues)
  return { ...(name !== undefined && { name }), steps: known, order }
}

function knownSteps(lab: DataLab, steps: ParsedPipeline['steps']): KnownStep[] {
  const issues: InputIssue[] = []
  const known = steps.flatMap((step, index) => {
    const info = operationOf(lab, step.operation)
    if (typeof info !== 'string') return [knownStep(step, index, info)]
    issues.push({ pointer: jsonPointer('steps', index, 'operation'), message: `Step '${step.id}': ${info}` })
    return []
  })
  const ids = steps.map(({ id }) => id)
  issues.push(...known.flatMap((step) => namingIssues(step, ids)))
  if (issues.length > 0) throw pipelineError(issues)
  return known
}

/** An operation, or a sentence that there is none. */
function operationOf(lab: DataLab, name: string): AnyOperationInfo | string {
  try {
    return lab.operation(name)
  } catch (error) {
    if (isDataLabError(error, 'DATALAB_OPERATION_UNKNOWN')) return error.message
    throw error
  }
}

function circleError(steps: readonly KnownStep[], circle: readonly string[]): Error {
  const step = steps.find(({ id }) => id === circle[0]) as KnownStep
  const path = circle.map((id) => `'${id}'`).join(' takes from ')
  const message = `The steps go round in a circle: ${path}. Take one of these references out.`
  return pipelineError([{ pointer: jsonPointer('steps', step.index, 'inputs'), message }])
}

/** What is wrong with the inputs of a step, whatever the outputs will be that it takes. */
async function inputIssues(
  lab: DataLab,
  step: KnownStep,
  options: Pick<SubmitOptions, 'principal'>,
): Promise<InputIssue[]> {
  const issues: InputIssue[] = []
  const check = async (inputs: JsonObject) => {
    try {
      await lab.plan(step.info.id, inputs, options)
    } catch (error) {
      issues.push(...stepIssues(step, error, inputs))
    }
  }
  try {
    const { count, inputsOf } = stepJobs(step.info, step.inputs, () => undefined)
    await eachAtOnce(count, AT_ONCE, async (job) => {
      if (issues.length < ENOUGH) await check(inputsOf(job))
    })
  } catch (error) {
    issues.push(...stepIssues(step, error, {}))
  }
  return issues
}

/**
 * What an error says is wrong with a step, but for what it says of stand-ins.
 *
 * @throws the error where that is nothing a change of the pipeline would help.
 */
export function stepIssues(step: KnownStep, error: unknown, inputs: JsonObject): InputIssue[] {
  // Whoever may not have the job learns so when the outputs are there that it takes.
  if (isDataLabError(error, 'DATALAB_NOT_FOUND') && step.needs.length > 0) return []
  if (!isDataLabError(error, 'DATALAB_INPUT_INVALID')) throw error
  const found = error.details.issues as readonly InputIssue[]
  return found
    .filter(({ pointer }) => !isStandIn(valueAt(inputs, pointer)))
    .map(({ message, pointer }) => ({
      pointer: jsonPointer('steps', step.index, 'inputs') + pointer,
      message: `Step '${step.id}': ${message}`,
    }))
}

function valueAt(value: JsonValue, pointer: string): JsonValue | undefined {
  const parts = pointer.split('/').slice(1)
  return parts.reduce<JsonValue | undefined>((at, part) => {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    return typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? (at as JsonObject)[name] : undefined
  }, value)
}
