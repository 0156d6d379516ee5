import { DataLabError, throwIfAborted } from './errors.js'
import type { JsonObject } from './json.js'
import type { ObjectBody, ObjectStorage } from './object-storage.js'
import type { OperationResult, OutputFile, OutputType, StoredOutput } from './output.js'
import { serviceKey } from './service.js'

/** An object that a run has written. */
export interface WrittenObject {
  /** What it is of its output: `fits`, `large`, `small`, `tif`, ... */
  readonly role: string
  readonly key: string
  readonly size: number
}

/** What a run writes. */
export interface Outputs {
  /** The name of output number `index` (from 0), or of the only one where no index is given. */
  basename(index?: number): string
  /**
   * Writes one object of an output. Readers see it when the run has completed, or when it is part of a partial output.
   *
   * @param suffix what follows the basename: `.fits`, `-large.jpg`, ...; its role is what stands behind the dash, else the extension
   * @throws TypeError when the suffix is not of that form, or was used before for this output.
   */
  put(suffix: string, body: ObjectBody, options?: { contentType?: string; index?: number }): Promise<WrittenObject>
  /** The output file made of these objects, for `operate()` to return. */
  file(parts: {
    type: OutputType
    objects: readonly WrittenObject[]
    index?: number
    /** The input it was made from, where it was made from one. */
    input?: { readonly source: string; readonly basename: string }
  }): OutputFile
}

/** The service every run has: what it writes. */
export const Outputs = serviceKey<Outputs>('@datalab/core/Outputs@1')

const SUFFIX = /^(?:-([a-z][a-z0-9]*))?\.([a-z][a-z0-9]*)(?:\.[a-z0-9]+)*$/

/** The outputs of one attempt, as the framework holds them. */
export class RunOutputs implements Outputs {
  readonly #written = new Set<string>()
  readonly #files = new Set<OutputFile>()

  constructor(
    private readonly storage: ObjectStorage,
    private readonly key: string,
    private readonly attempt: number,
    private readonly signal: AbortSignal,
  ) {}

  basename(index?: number): string {
    if (index === undefined) return this.key
    if (!Number.isSafeInteger(index) || index < 0)
      throw new TypeError(`Output index ${index} is not a whole number from 0.`)
    return `${this.key}-${index + 1}`
  }

  async put(
    suffix: string,
    body: ObjectBody,
    options: { contentType?: string; index?: number } = {},
  ): Promise<WrittenObject> {
    throwIfAborted(this.signal)
    const [match, part, extension] = SUFFIX.exec(suffix) ?? []
    if (match === undefined)
      throw new TypeError(`Output suffix '${suffix}' is not of the form '.fits' or '-large.jpg'.`)
    const key = `${this.key}/${this.attempt}/${this.basename(options.index)}${suffix}`
    if (this.#written.has(key))
      throw new TypeError(`This run has written '${suffix}' of this output before; give each output its own index.`)
    this.#written.add(key)
    const { contentType } = options
    const info = await this.storage.put(key, body, {
      signal: this.signal,
      ...(contentType === undefined ? {} : { contentType }),
    })
    return { role: part ?? extension ?? '', key, size: info.size }
  }

  file(parts: Parameters<Outputs['file']>[0]): OutputFile {
    const { type, objects, index, input } = parts
    const file: OutputFile = Object.freeze({
      basename: this.basename(index),
      source: 'datalab',
      type,
      objects: Object.freeze(Object.fromEntries(objects.map(({ role, key }) => [role, key]))),
      ...(input === undefined ? {} : { input: Object.freeze({ source: input.source, basename: input.basename }) }),
    })
    this.#files.add(file)
    return file
  }

  /**
   * What `operate()` returned, as it is stored.
   *
   * @throws DATALAB_OUTPUT_INVALID for files that this run did not write, and for data that JSON cannot hold.
   */
  stored(result: OperationResult): StoredOutput {
    const { output_files, output_data } = isList(result)
      ? { output_files: result, output_data: undefined }
      : (result ?? {})
    for (const file of output_files ?? []) {
      if (!this.#files.has(file))
        throw invalid(
          `an output file that this run did not make: ${String(file?.basename)}. Return what Images.save or Outputs.file gave.`,
        )
    }
    return {
      ...(output_files === undefined ? {} : { output_files: [...output_files] }),
      ...(output_data === undefined ? {} : { output_data: output_data.map(plainData) }),
    }
  }
}

function isList(result: OperationResult): result is readonly OutputFile[] {
  return Array.isArray(result)
}

/** Data as JSON; NaN and the infinities, which it lacks, become null. */
function plainData(data: object): JsonObject {
  try {
    return JSON.parse(JSON.stringify(data)) as JsonObject
  } catch (cause) {
    throw invalid('output data that JSON cannot hold.', cause)
  }
}

function invalid(what: string, cause?: unknown): DataLabError {
  return new DataLabError(
    'DATALAB_OUTPUT_INVALID',
    `The operation returned ${what}`,
    cause === undefined ? {} : { cause },
  )
}
