import { type AnyOperationClass, createDataLab, type DataLab, type FileSource, type Logger } from '@datalab/core'
import type { CommandContext } from './commands.js'
import { flags } from './flags.js'
import { imagesOptionsFrom } from './images-options.js'
import type { JobRequest } from './job-request.js'
import { lineLogger } from './line-logger.js'
import { memoryFrom } from './memory-option.js'
import type { Place } from './output-folder.js'
import type { ParsedArguments } from './parse-arguments.js'

/** What a command line wants of a host. */
export interface HostRequest {
  readonly operations: readonly AnyOperationClass[]
  /** Where the files come from that the inputs name. */
  readonly sources: readonly FileSource[]
  readonly arguments: ParsedArguments
}

/** A host of the one operation that is asked for, with the files that its inputs name. */
export function labFor(request: JobRequest, context: CommandContext, place: Place = {}): Promise<DataLab> {
  return hostFor({ ...request, operations: [request.operation] }, context, place)
}

/** A host of the operations that are asked for, with the files that their inputs name. */
export async function hostFor(
  request: HostRequest,
  { offers, terminal }: CommandContext,
  place: Place = {},
): Promise<DataLab> {
  const log: { log?: Logger } = request.arguments.has(flags.verbose) ? { log: lineLogger(terminal) } : {}
  const services = await offers.services(imagesOptionsFrom(request.arguments))
  const memory = memoryFrom(request.arguments)
  return createDataLab({
    operations: request.operations,
    services,
    sources: request.sources,
    ...place,
    ...memory,
    ...log,
  })
}

/**
 * The key of the job, when its inputs are valid. Nothing is written.
 *
 * @throws DATALAB_INPUT_INVALID with a sentence for each thing to change.
 */
export async function keyOf(request: JobRequest, context: CommandContext, place: Place = {}): Promise<string> {
  await using lab = await labFor(request, context, place)
  const { key } = await lab.plan(request.operation, request.inputs)
  return key
}
