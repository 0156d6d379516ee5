import { lstat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { AnyOperationInfo, JsonSchema } from '@datalab/core'
import { usageError } from './command-error.js'
import type { FileArguments } from './file-arguments.js'
import { describedFile } from './file-members.js'
import { type Flag, spelled } from './flags.js'
import { fileInputs, inputFlags, inputKind, itemSchema } from './input-kind.js'
import { withRoots } from './inputs-file.js'
import { parseJson } from './json-text.js'
import { parseNumber } from './number-text.js'
import type { ParsedArguments } from './parse-arguments.js'

/** Where values on the command line come to. */
export interface ArgumentSurroundings {
  readonly files: FileArguments
  readonly cwd: string
}

/**
 * The inputs that flags and files on the command line give. Whether they are what the operation needs is not looked at.
 *
 * @throws CommandError for a value that is not of its flag's type, and for files that no input takes.
 */
export async function inputsFromArguments(
  info: AnyOperationInfo,
  parsed: ParsedArguments,
  surroundings: ArgumentSurroundings,
): Promise<Record<string, unknown>> {
  const { properties } = info.inputs
  const files = filesOf(info, parsed.positionals)
  const inputs: Record<string, unknown> = {}
  for (const flag of inputFlags(info.inputs)) {
    const texts = [...(flag.name === files?.name ? files.paths : []), ...parsed.values(flag)]
    if (texts.length > 0) inputs[flag.name] = await inputValue(flag, properties[flag.name]!, texts, surroundings)
  }
  return inputs
}

/** The input that files without a flag are for. */
function filesOf(
  info: AnyOperationInfo,
  paths: readonly string[],
): { name: string; paths: readonly string[] } | undefined {
  if (paths.length === 0) return undefined
  const [name, ...others] = fileInputs(info.inputs)
  if (name === undefined)
    throw usageError(`${info.name} takes no files. Leave '${paths[0]}' out, or put its flag before it.`)
  if (others.length === 0) return { name, paths }
  const choices = [name, ...others].map((input) => spelled({ name: input })).join(' or ')
  throw usageError(`${info.name} has several inputs of files. Say which '${paths[0]}' is for: ${choices}.`)
}

async function inputValue(
  flag: Flag,
  schema: JsonSchema,
  texts: readonly string[],
  surroundings: ArgumentSurroundings,
): Promise<unknown> {
  const item = itemSchema(schema)
  const values = await Promise.all(texts.map((text) => itemValue(flag, schema, text, surroundings)))
  // A list as JSON stands for its members.
  if (item !== schema) return inputKind(schema) === 'json' ? values.flat() : values
  if (values.length > 1)
    throw usageError(
      `${spelled(flag)} takes one value, and ${values.length} are given. Take ${values.length - 1} away.`,
    )
  return values[0]
}

async function itemValue(
  flag: Flag,
  schema: JsonSchema,
  text: string,
  { files, cwd }: ArgumentSurroundings,
): Promise<unknown> {
  const json = () => parseJson(text, spelled(flag))
  const rooted = (value: unknown) =>
    withRoots(Array.isArray(value) ? schema : itemSchema(schema), { value, folders: [cwd] }, files)
  switch (inputKind(schema)) {
    case 'file':
      return text.startsWith('{') ? rooted(json()) : fileValue(flag, itemSchema(schema), text, { files, cwd })
    case 'number':
      return numberOf(flag, text)
    case 'boolean':
      return booleanOf(flag, text)
    case 'json':
      return rooted(json())
    case 'text':
      return text
  }
}

/** The reference to a file, with the members that are written behind it. */
async function fileValue(
  flag: Flag,
  schema: JsonSchema,
  text: string,
  { files, cwd }: ArgumentSurroundings,
): Promise<unknown> {
  const isThere = (path: string) =>
    lstat(resolve(cwd, path)).then(
      () => true,
      () => false,
    )
  const { path, members } = await describedFile(flag, schema, text, isThere)
  return { ...members, ...(await files.reference(path)) }
}

function numberOf(flag: Flag, text: string): number {
  const number = parseNumber(text)
  if (number !== undefined) return number
  throw usageError(`${spelled(flag)} is '${text}', which is no number. Give one such as 12 or -0.5.`)
}

function booleanOf(flag: Flag, text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  throw usageError(`${spelled(flag)} is '${text}'. Give true or false, or the flag alone.`)
}
