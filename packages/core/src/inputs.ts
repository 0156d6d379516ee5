import { identifyFile, openFile } from './ask-source.js'
import type { ByteSource } from './byte-source.js'
import { DataLabError, isDataLabError } from './errors.js'
import { type FileReference, type FileSource, type SourceContext, type SourceFile, sourceOf } from './file-source.js'
import { fileLabel } from './input-message.js'
import type { ObjectSchema } from './input-schema.js'
import { type JsonObject, type JsonValue, jsonPointer } from './json.js'
import { IDENTITY } from './normalize-inputs.js'
import { RunReservation } from './run-reservation.js'
import { serviceKey } from './service.js'
import { traced } from './tracing.js'

/** The input files of a run. */
export interface Inputs {
  /**
   * Opens a file that is among the inputs of the job. It is closed when the run ends, if the operation does not do so before. Where files are
   * cached, the first one waits until the cache has room for all files of the job.
   *
   * @throws SOURCE_CHANGED when it is not the version any more that the job's key stands for.
   */
  open(file: FileReference): Promise<ByteSource>
  /**
   * How a user would name this file: by its input, its place there, and its name. A file that is listed more than once is named by the place
   * whose very reference this is, as the operation has it from its inputs; else by the first of its places.
   */
  label(file: FileReference): string
}

/** The service every run has: its input files. */
export const Inputs = serviceKey<Inputs>('@datalab/core/Inputs@1')

interface KnownFile {
  readonly reference: FileReference
  readonly path: readonly string[]
  readonly identity: string
}

/** How many files are looked at at once when the run ends. */
const CONCURRENCY = 32

/** The input files of one run, as the framework holds them. */
export class RunInputs implements Inputs {
  readonly #files: ReadonlyMap<string, KnownFile>
  /** Where in the inputs these references are: those of one file are told apart by themselves. */
  readonly #places = new WeakMap<object, readonly string[]>()
  readonly #used = new Map<string, KnownFile>()
  readonly #open = new Set<ByteSource>()
  readonly #room: RunReservation
  #isClosed = false

  /**
   * @param identity the inputs of the job with the identity of each file
   * @param inputs the same as the operation has them
   */
  constructor(
    private readonly schema: ObjectSchema,
    identity: JsonObject,
    private readonly sources: ReadonlyMap<string, FileSource>,
    private readonly context: SourceContext,
    inputs: JsonObject = {},
  ) {
    const files = knownFiles(identity, [])
    const named = files.map((file) => [nameOf(file.reference), file] as const)
    // Of a file in several places, the first is kept, in the order of these.
    this.#files = new Map([...named, ...named.toReversed()])
    for (const { path } of files) {
      const reference = memberAt(inputs, path)
      if (reference !== undefined) this.#places.set(reference, path)
    }
    this.#room = new RunReservation(this.#sourceFiles(), context)
  }

  async open(reference: FileReference): Promise<ByteSource> {
    const file = this.#known(reference)
    this.#checkOpen()
    await this.#room.make()
    this.#checkOpen()
    const facts = { 'datalab.source': reference.source, 'datalab.basename': reference.basename }
    const source = await traced('datalab.read', facts, () =>
      this.#labelled(reference, () => openFile(sourceOf(reference, this.sources), file.reference, this.context)),
    )
    this.#open.add(source)
    if (this.#isClosed) await this.close()
    this.#checkOpen()
    if (source.identity !== file.identity) throw changed(this.label(reference))
    this.#used.set(nameOf(reference), file)
    return this.#forgotten(source)
  }

  /** The source, of which nothing is kept once it is closed: a run may open its files again and again. */
  #forgotten(source: ByteSource): ByteSource {
    const { size, identity, path } = source
    const close = async () => {
      await source.close()
      this.#open.delete(source)
    }
    const read = (offset: number, into: Uint8Array) => source.read(offset, into)
    return { size, identity, ...(path === undefined ? {} : { path }), read, close }
  }

  label(reference: FileReference): string {
    return `${this.#placeOf(reference)}, ${reference.basename}`
  }

  /**
   * Checks that what was read is still what the job's key stands for.
   *
   * @throws SOURCE_CHANGED when a file that was opened has changed since.
   */
  async verify(): Promise<void> {
    const files = this.#used.values()
    const worker = async () => {
      for (const { reference, identity } of files) {
        const now = await this.#labelled(reference, () =>
          identifyFile(sourceOf(reference, this.sources), reference, this.context),
        )
        if (now !== identity) throw changed(this.label(reference))
      }
    }
    await Promise.all(Array.from({ length: Math.min(CONCURRENCY, this.#used.size) }, worker))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled([...this.#open].map((source) => source.close()))
    this.#open.clear()
    await this.#room.release()
  }

  /** What of a source that is not there is told when it is opened. */
  #sourceFiles(): SourceFile[] {
    return [...this.#files.values()].flatMap(({ reference, identity }) => {
      const source = this.sources.get(reference.source)
      return source === undefined ? [] : [{ source, reference, identity, label: this.label(reference) }]
    })
  }

  /** Puts the input's name before what its source says. */
  async #labelled<Result>(reference: FileReference, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      if (!isDataLabError(error) || error.audience !== 'user') throw error
      const { code, audience, retryable, details } = error
      throw new DataLabError(code, `${this.#placeOf(reference)}, ${error.message}`, {
        audience,
        retryable,
        details,
        cause: error,
      })
    }
  }

  #placeOf(reference: FileReference): string {
    const { path } = this.#known(reference)
    return fileLabel(this.schema, jsonPointer(...(this.#places.get(reference) ?? path)))
  }

  /** What a run leaves behind unawaited must not keep files open after it. */
  #checkOpen(): void {
    if (this.#isClosed) throw new TypeError('This run is over: its input files are closed.')
  }

  #known(reference: FileReference): KnownFile {
    if (typeof reference?.basename !== 'string') throw noReference(reference)
    const file = this.#files.get(nameOf(reference))
    if (file !== undefined) return file
    throw new DataLabError(
      'DATALAB_INPUT_UNDECLARED',
      `'${reference.basename}' of the source '${reference.source}' is not among the inputs of this job: a run may only open files that its key stands for.`,
    )
  }
}

function noReference(value: unknown): TypeError {
  const what = Array.isArray(value)
    ? 'a list. Open each of its files'
    : `${String(value)}. Look at the name of the input`
  return new TypeError(`A file of the inputs is opened by its { source, basename }, and not by ${what}.`)
}

function changed(label: string): DataLabError {
  return new DataLabError(
    'SOURCE_CHANGED',
    `${label} was changed after the job was submitted. Submit it again for the new version.`,
    { audience: 'user' },
  )
}

function nameOf({ source, root, basename }: FileReference): string {
  return JSON.stringify([source, root ?? null, basename])
}

/** The object at a place; undefined where there is none. */
function memberAt(value: JsonValue, path: readonly string[]): object | undefined {
  const member = path.reduce<unknown>((within, name) => (within as Record<string, unknown> | undefined)?.[name], value)
  return typeof member === 'object' && member !== null ? member : undefined
}

function knownFiles(value: JsonValue, path: readonly string[]): KnownFile[] {
  if (typeof value !== 'object' || value === null) return []
  const identity = (value as JsonObject)[IDENTITY]
  if (typeof identity !== 'string')
    return Object.entries(value).flatMap(([name, member]) => knownFiles(member as JsonValue, [...path, name]))
  return [{ reference: value as unknown as FileReference, path, identity }]
}
