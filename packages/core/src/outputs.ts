import { setMaxListeners } from 'node:events'
import { AbortedError, DataLabError, throwIfAborted } from './errors.js'
import type { JsonObject } from './json.js'
import type { ObjectBody, ObjectStorage } from './object-storage.js'
import type { OperationResult, OutputFile, OutputInput, OutputType, StoredOutput } from './output.js'
import type { Provenance } from './provenance.js'
import { serviceKey } from './service.js'
import { traced } from './tracing.js'

/** An object that a run has written. */
export interface WrittenObject {
  /** What it is of its output: `fits`, `large`, `small`, `tif`, ... */
  readonly role: string
  readonly key: string
  readonly size: number
}

/** What a run writes. */
export interface Outputs {
  /** Where the results of this run come from: for outputs of other formats than FITS, into which `Images` writes it. */
  readonly provenance: Provenance
  /** The name of output number `index` (from 0), or of the only one where no index is given. */
  basename(index?: number): string
  /**
   * Writes one object of an output. Readers see it when the run has completed, or when it is part of a partial output.
   *
   * @param suffix what follows the basename: `.fits`, `-large.jpg`, ...; its role is what stands behind the dash, else the extension
   * @throws TypeError when the suffix is not of that form, or was used before for this output; what the storage throws, after which the same
   * may be put again.
   */
  put(suffix: string, body: ObjectBody, options?: { contentType?: string; index?: number }): Promise<WrittenObject>
  /**
   * The output file made of these objects, for `operate()` to return.
   *
   * @throws TypeError for an object that this run has not written.
   */
  file(parts: {
    type: OutputType
    objects: readonly WrittenObject[]
    index?: number
    /** The input it was made from, where it was made from one. */
    input?: OutputInput
    /** Of these objects, those that the provider of the service can make again when they are lost (`ServiceProvider.restore`). */
    derived?: readonly WrittenObject[]
  }): OutputFile
}

/** The service every run has: what it writes. */
export const Outputs = serviceKey<Outputs>('@datalab/core/Outputs@1')

const SUFFIX = /^(?:-([a-z][a-z0-9]*))?\.([a-z][a-z0-9]*)(?:\.[a-z0-9]+)*$/

/** The outputs of one attempt, as the framework holds them. */
export class RunOutputs implements Outputs {
  readonly #names = new Set<string>()
  readonly #written = new Set<string>()
  readonly #writing = new Set<Promise<unknown>>()
  readonly #end = new AbortController()
  readonly #files = new Set<OutputFile>()
  #joined: AbortSignal | undefined
  #isOver = false

  constructor(
    private readonly storage: ObjectStorage,
    private readonly key: string,
    private readonly attempt: number,
    private readonly signal: AbortSignal,
    readonly provenance: Provenance,
  ) {}

  basename(index?: number): string {
    if (index === undefined) return this.key
    if (!Number.isSafeInteger(index) || index < 0)
      throw new TypeError(`Output index ${index} is not a whole number from 0.`)
    return `${this.key}-${index + 1}`
  }

  put(
    suffix: string,
    body: ObjectBody,
    options: { contentType?: string; index?: number } = {},
  ): Promise<WrittenObject> {
    const writing = this.#put(suffix, body, options)
    this.#writing.add(writing)
    // Handled here too, so that one that an operation does not wait for takes nothing else down.
    const forget = () => this.#writing.delete(writing)
    writing.then(forget, forget)
    return writing
  }

  /** Whether an object is being written. */
  get isWriting(): boolean {
    return this.#writing.size > 0
  }

  /** Ends what is still being written, and refuses more. Resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.#isOver = true
    if (this.#writing.size > 0) this.#end.abort(new AbortedError('this run is over'))
    await Promise.allSettled(this.#writing)
  }

  async #put(
    suffix: string,
    body: ObjectBody,
    options: { contentType?: string; index?: number },
  ): Promise<WrittenObject> {
    if (this.#isOver) throw new AbortedError('this run is over')
    throwIfAborted(this.signal)
    const [match, part, extension] = SUFFIX.exec(suffix) ?? []
    if (match === undefined)
      throw new TypeError(`Output suffix '${suffix}' is not of the form '.fits' or '-large.jpg'.`)
    const key = `${this.key}/${this.attempt}/${this.basename(options.index)}${suffix}`
    if (this.#names.has(key))
      throw new TypeError(`This run has written '${suffix}' of this output before; give each output its own index.`)
    const size = await this.#store(key, body, options.contentType)
    return { role: part ?? extension ?? '', key, size }
  }

  /** A name is taken while it is written and after; one that failed may be tried again. */
  async #store(key: string, body: ObjectBody, contentType: string | undefined): Promise<number> {
    this.#names.add(key)
    try {
      const type = contentType === undefined ? {} : { contentType }
      const { size } = await traced('datalab.write', { 'datalab.object': key }, () =>
        this.storage.put(key, body, { signal: this.#writingSignal(), ...type }),
      )
      this.#written.add(key)
      return size
    } catch (error) {
      this.#names.delete(key)
      throw error
    }
  }

  /** Of the run, and of its end. Runs that write nothing need none. */
  #writingSignal(): AbortSignal {
    if (this.#joined === undefined) {
      this.#joined = AbortSignal.any([this.signal, this.#end.signal])
      // Each object that is being written listens to it.
      setMaxListeners(0, this.#joined)
    }
    return this.#joined
  }

  file(parts: Parameters<Outputs['file']>[0]): OutputFile {
    const { type, objects, index, input, derived = [] } = parts
    const strange = objects.find(({ key }) => !this.#written.has(key))
    if (strange !== undefined)
      throw new TypeError(`The object '${strange.key}' was not written by this run; give what put() returned.`)
    const file: OutputFile = Object.freeze({
      basename: this.basename(index),
      source: 'datalab',
      type,
      objects: Object.freeze(Object.fromEntries(objects.map(({ role, key }) => [role, key]))),
      sizes: Object.freeze(Object.fromEntries(objects.map(({ role, size }) => [role, size]))),
      ...(derived.length === 0 ? {} : { derived: Object.freeze(derived.map(({ role }) => role)) }),
      ...(input === undefined ? {} : { input: Object.freeze(referenceTo(input)) }),
    })
    this.#files.add(file)
    return file
  }

  /**
   * What `operate()` returned in the end, as it is stored.
   *
   * @throws DATALAB_OUTPUT_INVALID for nothing where files were made, and as `stored`.
   */
  final(result: OperationResult): StoredOutput {
    const made = this.#files.size
    if ((result ?? undefined) === undefined && made > 0)
      throw invalid(`nothing, and has made ${made === 1 ? 'an output file' : `${made} output files`}. ${FORM}`)
    return this.stored(result)
  }

  /**
   * What `operate()` returned, or shows so far, as it is stored.
   *
   * @throws DATALAB_OUTPUT_INVALID for files that this run did not write, and for data that JSON cannot hold.
   */
  stored(result: OperationResult): StoredOutput {
    const { output_files, output_data } = partsOf(result)
    for (const file of output_files ?? []) if (!this.#files.has(file)) throw invalid(strangeFile(file))
    return {
      ...(output_files === undefined ? {} : { output_files: [...output_files] }),
      ...(output_data === undefined ? {} : { output_data: output_data.map(plainData) }),
    }
  }
}

/** Which file it is, and nothing more of what an operation knows of it. */
function referenceTo({ source, basename, root }: OutputInput): OutputInput {
  return { source, basename, ...(root === undefined ? {} : { root }) }
}

const FORM = 'Return a list of output files, or { output_files, output_data } with a list each.'

/** What stands in the place of an output file. */
function strangeFile(value: unknown): string {
  if (value instanceof Promise) return "a promise in the place of an output file. Write 'await' before Images.save."
  const { basename } = (value ?? {}) as Partial<OutputFile>
  const name = typeof basename === 'string' ? basename : `${typeof value}`
  return `an output file that this run did not make: ${name}. Return what Images.save or Outputs.file gave.`
}

/** What an operation returned, taken apart: the compiler does not see all who write one. */
function partsOf(result: OperationResult): { output_files?: readonly OutputFile[]; output_data?: readonly object[] } {
  if (result === undefined || result === null) return {}
  if (isList(result)) return { output_files: result }
  if (typeof result !== 'object') throw invalid(`a ${typeof result}. ${FORM}`)
  for (const [name, part] of Object.entries(result)) {
    if (name !== 'output_files' && name !== 'output_data') throw invalid(`an object with the member '${name}'. ${FORM}`)
    if (part !== undefined && !Array.isArray(part)) throw invalid(`'${name}' that is no list. ${FORM}`)
  }
  return result
}

function isList(result: OperationResult): result is readonly OutputFile[] {
  return Array.isArray(result)
}

/** Data as JSON; NaN and the infinities, which it lacks, become null. */
function plainData(data: object): JsonObject {
  let plain: unknown
  try {
    plain = JSON.parse(JSON.stringify(data))
  } catch (cause) {
    throw invalid('output data that JSON cannot hold.', cause)
  }
  if (typeof plain === 'object' && plain !== null && !Array.isArray(plain)) return plain as JsonObject
  throw invalid('output data that is no object.')
}

function invalid(what: string, cause?: unknown): DataLabError {
  return new DataLabError(
    'DATALAB_OUTPUT_INVALID',
    `The operation returned ${what}`,
    cause === undefined ? {} : { cause },
  )
}
