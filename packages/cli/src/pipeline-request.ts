import { basename, dirname, resolve } from 'node:path'
import { type AnyOperationClass, LocalSource, type ParsedPipeline, type ParsedStep, parsePipeline } from '@datalab/core'
import { CommandError, usageError } from './command-error.js'
import { commandHelp } from './command-help.js'
import { type CommandContext, type CommandName, commands } from './commands.js'
import { addRoot, FileArguments } from './file-arguments.js'
import { findOperation } from './find-operation.js'
import { flags } from './flags.js'
import { readJsonText } from './inputs-file.js'
import { parseJson } from './json-text.js'
import type { HostRequest } from './lab.js'
import { type ParsedArguments, parseArguments, splitFirst } from './parse-arguments.js'
import { PipelineFiles } from './pipeline-files.js'

/** A pipeline as a command line asks for it. The inputs of its steps are not validated. */
export interface PipelineRequest extends HostRequest {
  readonly pipeline: ParsedPipeline
  /** What the user reads of it. */
  readonly title: string
  /** The folders that local files are in, by the names that their references use. */
  readonly roots: Readonly<Record<string, string>>
}

/** Whether a command line of the form `<operation> ...` names a pipeline in the place of an operation: a JSON file, or `-`. */
export function namesPipeline(command: CommandName, argv: readonly string[]): boolean {
  const { first = '' } = splitFirst(argv, commands[command].flags)
  return first === '-' || /\.json$/i.test(first)
}

/** Reads a command line of the form `PIPELINE.json [flags...]`; undefined where it asks for help, which is printed. */
export async function readPipelineRequest(
  command: CommandName,
  argv: readonly string[],
  context: CommandContext,
): Promise<PipelineRequest | undefined> {
  const { first = '-', rest } = splitFirst(argv, commands[command].flags)
  const parsed = parseArguments(rest, commands[command].flags)
  if (parsed.has(flags.help)) {
    await context.terminal.print(commandHelp(command))
    return undefined
  }
  refuseInputs(parsed)
  const pipeline = await readPipeline(first, context)
  const operations = await operationsOf(pipeline, context)
  const files = new FileArguments(context.io.cwd)
  for (const root of parsed.values(flags.root)) addRoot(files, root)
  const folder = first === '-' ? context.io.cwd : dirname(resolve(context.io.cwd, first))
  const steps = await stepsWithFiles(pipeline, operations, new PipelineFiles(folder, files))
  return {
    pipeline: { ...pipeline, steps },
    title: pipeline.name ?? (first === '-' ? 'Pipeline' : basename(first)),
    operations: [...new Set(operations.values())],
    sources: [new LocalSource({ roots: files.roots })],
    roots: files.roots,
    arguments: parsed,
  }
}

/** The inputs of a pipeline are its own. */
function refuseInputs(parsed: ParsedArguments): void {
  const [file] = parsed.positionals
  if (file !== undefined) throw usageError(`A pipeline names its files itself. Leave '${file}' out, or write it there.`)
  if (parsed.has(flags.inputs)) throw usageError('A pipeline has the inputs of its steps itself. Leave --inputs out.')
}

async function readPipeline(path: string, { io }: CommandContext): Promise<ParsedPipeline> {
  const { label, text } = await readJsonText(path, io)
  return parsePipeline(parseJson(text, label))
}

/** The operations of the steps, by what the steps call them. */
async function operationsOf(
  { steps }: ParsedPipeline,
  { offers }: CommandContext,
): Promise<Map<string, AnyOperationClass>> {
  const operations = new Map<string, AnyOperationClass>()
  const problems: string[] = []
  for (const { id, operation } of steps) {
    if (operations.has(operation)) continue
    try {
      operations.set(operation, await findOperation(offers, operation))
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      problems.push(`Step '${id}': ${error.message}`)
    }
  }
  if (problems.length > 0) throw usageError(problems.join(' '))
  return operations
}

function stepsWithFiles(
  { steps }: ParsedPipeline,
  operations: ReadonlyMap<string, AnyOperationClass>,
  files: PipelineFiles,
): Promise<ParsedStep[]> {
  const filled = steps.map(async (step) => {
    const { inputs } = (operations.get(step.operation) as AnyOperationClass).info
    return { ...step, inputs: (await files.inputs(step.id, inputs, step.inputs)) as ParsedStep['inputs'] }
  })
  return Promise.all(filled)
}
