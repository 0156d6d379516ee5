import { createHash } from 'node:crypto'
import {
  type ByteSource,
  bytesSource,
  DataLabError,
  type FileReference,
  type FileSource,
  type FitsFile,
  type SourceContext,
  throwIfAborted,
} from '@datalab/core'
import { rememberSource } from './reference-sources.js'

/** Settings of a {@link MemorySource}. */
export interface MemorySourceOptions {
  /** What references say in `source`; `memory` by default. */
  readonly name?: string
}

/**
 * Files in this process's memory, as a source of inputs.
 *
 * A file that is set again is another version; a source that is open stays with the one it opened.
 *
 * @example
 * const source = new MemorySource({ 'a.txt': new TextEncoder().encode('hello') })
 * await runOperation(Count, { input_file: source.file('a.txt') })
 */
export class MemorySource implements FileSource {
  readonly name: string
  readonly reach = 'process'
  readonly #files = new Map<string, { bytes: Uint8Array; identity: string }>()

  constructor(files: Readonly<Record<string, Uint8Array>> = {}, options: MemorySourceOptions = {}) {
    this.name = options.name ?? 'memory'
    for (const [name, bytes] of Object.entries(files)) this.set(name, bytes)
  }

  /** Puts a file there, in the place of the one of this name. The bytes are copied. */
  set(name: string, bytes: Uint8Array): void {
    const identity = createHash('sha256').update(bytes).digest('hex')
    this.#files.set(name, { bytes: new Uint8Array(bytes), identity })
  }

  delete(name: string): void {
    this.#files.delete(name)
  }

  /**
   * A reference to a file, whether it is there or not. `runOperation` finds this source by it, but not by a copy of it.
   *
   * @param members what else the operation declares of its files, such as the color of a channel
   */
  file<Members extends object = object>(name: string, members?: Members): FitsFile & Members {
    const reference = { ...(members as Members), basename: name, source: this.name }
    rememberSource(reference, this)
    return reference
  }

  async identify(reference: FileReference, context?: SourceContext): Promise<string> {
    return this.#get(reference, context).identity
  }

  async open(reference: FileReference, context?: SourceContext): Promise<ByteSource> {
    const { bytes, identity } = this.#get(reference, context)
    return bytesSource(bytes, identity)
  }

  #get({ basename }: FileReference, context: SourceContext | undefined) {
    if (context?.signal !== undefined) throwIfAborted(context.signal)
    const file = this.#files.get(basename)
    if (file !== undefined) return file
    throw new DataLabError('SOURCE_NOT_FOUND', `${basename} does not exist. Check its name.`, { audience: 'user' })
  }
}
