import { lstat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { FileReference, JsonSchema } from '@datalab/core'
import { usageError } from './command-error.js'
import type { FileArguments } from './file-arguments.js'
import { filesFitting, isPattern } from './file-pattern.js'
import { isFileSchema, itemSchema } from './input-kind.js'
import { withRoots } from './inputs-file.js'

/** Makes references of the local files that a pipeline names: by their paths, and by patterns as in a shell. */
export class PipelineFiles {
  /** @param folder that relative paths begin at */
  constructor(
    private readonly folder: string,
    private readonly files: FileArguments,
  ) {}

  /**
   * The inputs of a step with references in the place of paths; what they say of other steps is left as it is.
   *
   * @throws CommandError for a pattern that no file fits, and one in the place of a single file that several fit.
   */
  async inputs(step: string, schema: JsonSchema, value: unknown): Promise<unknown> {
    if (isFileSchema(schema)) return this.#one(step, schema, value)
    if (isFileSchema(itemSchema(schema))) return this.#list(step, itemSchema(schema), value)
    if (!isObject(value)) return withRoots(schema, { value, folders: [this.folder] }, this.files)
    const members = Object.entries(value).map(async ([name, member]) => {
      const child = schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
      return [name, child === undefined ? member : await this.inputs(step, child, member)] as const
    })
    return Object.fromEntries(await Promise.all(members))
  }

  async #one(step: string, schema: JsonSchema, value: unknown): Promise<unknown> {
    const files = await this.#item(step, schema, value)
    if (files.length === 1) return files[0]
    throw usageError(`Step '${step}' takes one file, and ${files.length} files fit ${String(value)}. Name one of them.`)
  }

  async #list(step: string, schema: JsonSchema, value: unknown): Promise<unknown> {
    if (typeof value === 'string') return this.#references(step, value)
    if (Array.isArray(value)) return (await Promise.all(value.map((item) => this.#item(step, schema, item)))).flat()
    return (await this.#item(step, schema, value))[0]
  }

  /** What stands for a value in the place of a file: a path may be several files. */
  async #item(step: string, schema: JsonSchema, value: unknown): Promise<readonly unknown[]> {
    if (typeof value === 'string') return this.#references(step, value)
    if (isObject(value) && isFiles(value.each)) {
      const list = [value.each].flat() as unknown[]
      return [{ ...value, each: await this.#list(step, schema, list) }]
    }
    return [await withRoots(schema, { value, folders: [this.folder] }, this.files)]
  }

  async #references(step: string, text: string): Promise<FileReference[]> {
    const path = resolve(this.folder, text)
    if (!isPattern(text) || (await lstat(path).catch(() => undefined)) !== undefined)
      return [await this.files.reference(path)]
    const paths = await filesFitting(text, this.folder)
    if (paths.length === 0)
      throw usageError(`Step '${step}': no file fits ${text} in ${this.folder}. Check the pattern, or the folder.`)
    return Promise.all(paths.map((one) => this.files.reference(one)))
  }
}

/** Whether `each` is of files: a list of them, or what is no step's name. */
function isFiles(each: unknown): boolean {
  return Array.isArray(each) || (typeof each === 'string' && /[*?[/]/.test(each))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
