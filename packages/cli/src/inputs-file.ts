import { createReadStream } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isRelativeName, type JsonSchema } from '@datalab/core'
import { usageError } from './command-error.js'
import type { FileArguments } from './file-arguments.js'
import { isFileSchema } from './input-kind.js'
import type { Io } from './io.js'
import { parseJson } from './json-text.js'

/** The most characters of a text of inputs. */
const LIMIT = 32 * 2 ** 20

/** Inputs as JSON, and the folders that their files are looked up in. */
export interface JsonInputs {
  readonly value: unknown
  readonly folders: readonly string[]
}

/**
 * The inputs in a JSON file, or in the standard input for `-`.
 *
 * @throws CommandError when there is no such file, or when it is not JSON.
 */
export async function readInputsFile(path: string, io: Io): Promise<JsonInputs> {
  const { text, label } = await readJsonText(path, io)
  const value = parseJson(text, label)
  return { value, folders: path === '-' ? [io.cwd] : [dirname(resolve(io.cwd, path)), io.cwd] }
}

/**
 * The text of a JSON file, or of the standard input for `-`, and what it is called.
 *
 * @throws CommandError when there is no such file.
 */
export async function readJsonText(path: string, io: Io): Promise<{ text: string; label: string }> {
  if (path === '-') return { text: await textOf(io.stdin, 'The standard input'), label: 'The standard input' }
  return { text: await textOf(createReadStream(resolve(io.cwd, path)), path), label: path }
}

/**
 * Inputs in which each reference to a file names its root folder.
 *
 * A text in place of a reference is the name of a local file. A local file without a root is looked up in the folders, and belongs to the
 * first of them where there is none. Names that lead out of a folder are not looked up: they stay as they are, to be refused.
 */
export async function withRoots(schema: JsonSchema, inputs: JsonInputs, files: FileArguments): Promise<unknown> {
  const roots = new Map<string, string>()
  for (const folder of inputs.folders) roots.set(folder, await files.addFolder(folder))
  return new RootFinder(roots).walk(schema, inputs.value)
}

class RootFinder {
  /** @param roots the name of each folder's root, in the order they are looked in; at least one */
  constructor(private readonly roots: ReadonlyMap<string, string>) {}

  async walk(schema: JsonSchema, value: unknown): Promise<unknown> {
    if (isFileSchema(schema)) return this.#reference(value)
    const branches = schema.anyOf ?? schema.oneOf
    if (branches !== undefined) return this.#walkUnion(branches, value)
    if (Array.isArray(value)) return this.#walkList(schema, value)
    if (!isObject(value)) return value
    const members = Object.entries(value).map(async ([name, member]) => {
      const child = ownMember(schema.properties, name) ?? schema.additionalProperties
      return [name, typeof child === 'object' ? await this.walk(child, member) : member] as const
    })
    return Object.fromEntries(await Promise.all(members))
  }

  async #walkUnion(branches: readonly JsonSchema[], value: unknown): Promise<unknown> {
    // A text is what it is where one of the branches takes texts.
    if (typeof value === 'string' && branches.some(({ type, enum: choices }) => type === 'string' || choices))
      return value
    let result = value
    for (const branch of branches) result = await this.walk(branch, result)
    return result
  }

  async #walkList({ items }: JsonSchema, list: readonly unknown[]): Promise<unknown> {
    if (items === undefined) return list
    const schemas: readonly JsonSchema[] = Array.isArray(items) ? items : list.map(() => items as JsonSchema)
    return Promise.all(
      list.map((item, index) => (schemas[index] === undefined ? item : this.walk(schemas[index], item))),
    )
  }

  async #reference(value: unknown): Promise<unknown> {
    const reference = typeof value === 'string' ? { source: 'local', basename: value } : value
    if (!isObject(reference) || reference.source !== 'local' || reference.root !== undefined) return reference
    const { basename } = reference
    if (typeof basename !== 'string' || !isRelativeName(basename)) return reference
    return { ...reference, root: await this.#rootOf(basename) }
  }

  async #rootOf(name: string): Promise<string> {
    const [first] = this.roots.values()
    for (const [folder, root] of this.roots) {
      if (await lstat(join(folder, name)).catch(() => undefined)) return root
    }
    return first!
  }
}

async function textOf(stream: AsyncIterable<Uint8Array | string>, label: string): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const chunk of stream) {
      text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
      if (text.length > LIMIT)
        throw usageError(`${label} is too long for inputs. Give a JSON file of less than 32 MiB.`)
    }
  } catch (error) {
    throw unreadable(error, label)
  }
  return text + decoder.decode()
}

function unreadable(error: unknown, label: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return usageError(`${label} does not exist. Check its name.`, error)
  if (code === 'EISDIR') return usageError(`${label} is a folder. Give a JSON file.`, error)
  return code === undefined ? error : usageError(`${label} cannot be read (${code}).`, error)
}

function ownMember<T>(members: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
