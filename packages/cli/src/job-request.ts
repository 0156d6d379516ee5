import { type AnyOperationClass, type FileSource, LocalSource } from '@datalab/core'
import { commandHelp } from './command-help.js'
import { type CommandContext, type CommandName, commands } from './commands.js'
import { addRoot, FileArguments } from './file-arguments.js'
import { findOperation } from './find-operation.js'
import { flags } from './flags.js'
import { inputsFromArguments } from './input-arguments.js'
import { inputFlags } from './input-kind.js'
import { readInputsFile, withRoots } from './inputs-file.js'
import { operationHelp } from './operation-help.js'
import { type ParsedArguments, parseArguments, splitFirst } from './parse-arguments.js'

/** A job as a command line asks for it. Its inputs are not validated. */
export interface JobRequest {
  readonly operation: AnyOperationClass
  readonly inputs: unknown
  /** Where the files come from that the inputs name. */
  readonly sources: readonly FileSource[]
  /** The folders that local files are in, by the names that their references use. */
  readonly roots: Readonly<Record<string, string>>
  readonly arguments: ParsedArguments
}

/** Reads a command line of the form `<operation> [files...] [flags...]`; undefined where it asks for help, which is printed. */
export async function readJobRequest(
  command: CommandName,
  argv: readonly string[],
  context: CommandContext,
): Promise<JobRequest | undefined> {
  const own = commands[command].flags
  const { first, rest } = splitFirst(argv, own)
  if (first === undefined && parseArguments(rest, own).has(flags.help)) return help(context, commandHelp(command))
  const operation = await findOperation(context.offers, first)
  const { info } = operation
  const parsed = parseArguments(rest, [...own, ...inputFlags(info.inputs)])
  if (parsed.has(flags.help)) return help(context, operationHelp(command, info))
  const files = new FileArguments(context.io.cwd)
  for (const root of parsed.values(flags.root)) addRoot(files, root)
  const inputs = await readInputs(operation, parsed, files, context)
  const { roots } = files
  return { operation, inputs, sources: [new LocalSource({ roots })], roots, arguments: parsed }
}

async function help(context: CommandContext, text: string): Promise<undefined> {
  await context.terminal.print(text)
}

async function readInputs(
  { info }: AnyOperationClass,
  parsed: ParsedArguments,
  files: FileArguments,
  { io }: CommandContext,
): Promise<unknown> {
  const fromFlags = await inputsFromArguments(info, parsed, { files, cwd: io.cwd })
  const path = parsed.value(flags.inputs)
  if (path === undefined) return fromFlags
  const fromFile = await withRoots(info.inputs, await readInputsFile(path, io), files)
  const isObject = typeof fromFile === 'object' && fromFile !== null && !Array.isArray(fromFile)
  return isObject ? { ...fromFile, ...fromFlags } : fromFile
}
