import { resolve } from 'node:path'
import { planPipeline, type StepPlan } from '@datalab/core'
import { EXIT } from '../command-error.js'
import type { CommandContext, CommandMain } from '../commands.js'
import { flags } from '../flags.js'
import { fleetAddress } from '../fleet-place.js'
import { placesOf } from '../host-place.js'
import { readJobRequest } from '../job-request.js'
import { hostFor, labFor } from '../lab.js'
import type { Place } from '../output-folder.js'
import type { ParsedArguments } from '../parse-arguments.js'
import { namesPipeline, readPipelineRequest } from '../pipeline-request.js'
import { jsonDocument, oneLine } from '../printable.js'

/** `datalab plan`: what `run` would do. Without `--out` and without a fleet, as if nothing was run before. */
export const plan: CommandMain = (argv, context) => {
  return namesPipeline('plan', argv) ? planSteps(argv, context) : planOne(argv, context)
}

async function planOne(argv: readonly string[], context: CommandContext): Promise<number> {
  const request = await readJobRequest('plan', argv, context)
  if (request === undefined) return EXIT.completed
  await using lab = await labFor(request, context, await placeOf(request.arguments, context))
  const options = { force: request.arguments.has(flags.force) }
  const { key, inputs, cached, reason } = await lab.plan(request.operation, request.inputs, options)
  const isJson = request.arguments.has(flags.json)
  await context.terminal.print(isJson ? jsonDocument({ key, cached, reason, inputs }) : `${key}\n${reason}\n`)
  return EXIT.completed
}

async function planSteps(argv: readonly string[], context: CommandContext): Promise<number> {
  const request = await readPipelineRequest('plan', argv, context)
  if (request === undefined) return EXIT.completed
  await using lab = await hostFor(request, context, await placeOf(request.arguments, context))
  const { steps } = await planPipeline(lab, request.pipeline, { force: request.arguments.has(flags.force) })
  const isJson = request.arguments.has(flags.json)
  await context.terminal.print(isJson ? jsonDocument({ steps: steps.map(stepJson) }) : steps.map(stepLine).join(''))
  return EXIT.completed
}

function stepJson({ jobs, ...step }: StepPlan): object {
  return { ...step, jobs: jobs.map(({ cached, inputs, key, reason }) => ({ key, cached, reason, inputs })) }
}

function stepLine({ id, jobs, operation, reason }: StepPlan): string {
  const count = jobs.length > 1 ? `${jobs.length} jobs. ` : ''
  return `${oneLine(`${id} (${operation}): ${count}${reason}`)}\n`
}

async function placeOf(parsed: ParsedArguments, context: CommandContext): Promise<Place> {
  const { cwd, env } = context.io
  const out = parsed.value(flags.out)
  if (!out && fleetAddress(parsed, env) === undefined) return {}
  return placesOf(parsed, resolve(cwd, out ?? ''), context)('reading')
}
