import type { PayloadLimits } from './clone-json.js'
import { type InputIssue, inputError } from './input-issue.js'
import type { ObjectSchema } from './input-schema.js'
import { type JsonObject, jsonPointer } from './json.js'
import type { Pipeline, PipelineStep } from './pipeline.js'
import { clonedInputs } from './prepare-job.js'
import { validateInputs, validatorsFor } from './validate-inputs.js'

/** A step as JSON. */
export interface ParsedStep extends PipelineStep {
  readonly operation: string
  readonly inputs: JsonObject
}

/** A pipeline as JSON, whose steps have names of their own. */
export interface ParsedPipeline extends Pipeline {
  readonly steps: readonly ParsedStep[]
}

const schema: ObjectSchema = {
  type: 'object',
  properties: {
    $schema: { type: 'string' },
    name: { type: 'string', minLength: 1, maxLength: 200 },
    steps: {
      type: 'array',
      minItems: 1,
      maxItems: 999,
      items: {
        type: 'object',
        properties: {
          id: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' },
          operation: { type: 'string', minLength: 1, maxLength: 200 },
          inputs: { type: 'object' },
        },
        required: ['id', 'operation'],
        additionalProperties: false,
      },
    },
  },
  required: ['steps'],
  additionalProperties: false,
}

const PIPELINE = { name: 'Pipeline', inputs: schema } as const

/**
 * A copy of a pipeline that has the form of one, and no two steps of one name. Whether there are the operations, and whether they take these
 * inputs, is for a host to say.
 *
 * @param value such as the content of a JSON file; never changed
 * @throws DATALAB_INPUT_INVALID with a sentence for each thing to change.
 */
export async function parsePipeline(value: unknown, limits?: PayloadLimits): Promise<ParsedPipeline> {
  const pipeline = clonedInputs(PIPELINE, withNames(value), limits)
  validateInputs(await validatorsFor(schema, pipeline), PIPELINE, pipeline)
  const { name, steps } = pipeline as unknown as ParsedPipeline
  const issues = steps.flatMap(({ id }, index) => duplicateIssue(steps, id, index))
  if (issues.length > 0) throw pipelineError(issues)
  return { ...(name !== undefined && { name }), steps: steps.map((step) => ({ ...step, inputs: step.inputs ?? {} })) }
}

/** The error of a pipeline that cannot be accepted: DATALAB_INPUT_INVALID, with `details.issues`. */
export function pipelineError(issues: readonly InputIssue[]): Error {
  return inputError(PIPELINE.name, issues)
}

function duplicateIssue(steps: readonly PipelineStep[], id: string, index: number): InputIssue[] {
  const first = steps.findIndex((step) => step.id === id)
  if (first === index) return []
  const message = `Steps ${first + 1} and ${index + 1} are both called '${id}'; give one of them another id.`
  return [{ pointer: jsonPointer('steps', index, 'id'), message }]
}

/** Operations that are given by their classes are named by their ids. */
function withNames(value: unknown): unknown {
  const { steps } = (value ?? {}) as Partial<Pipeline>
  if (!Array.isArray(steps)) return value
  return { ...(value as Pipeline), steps: steps.map(withName) }
}

function withName(step: PipelineStep): unknown {
  const { operation } = (step ?? {}) as Partial<PipelineStep>
  return typeof operation === 'function' && operation.info?.id !== undefined
    ? { ...step, operation: operation.info.id }
    : step
}
