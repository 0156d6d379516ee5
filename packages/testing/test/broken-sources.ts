import {
  type ByteSource,
  bytesSource,
  DataLabError,
  type FileReference,
  type SourceCache,
  type SourceContext,
  type SourceFile,
  type SourceReservation,
} from '@datalab/core'
import { MemorySource } from '../src/index.js'

// Sources that each break one sentence of the contract, and the sound ones that they are made of.

/** A sound source that can be made to get no answer. */
export class Remote extends MemorySource {
  isStalled = false

  override async identify(reference: FileReference, context: SourceContext): Promise<string> {
    await this.answer(context)
    return super.identify(reference, context)
  }

  override async open(reference: FileReference, context: SourceContext): Promise<ByteSource> {
    await this.answer(context)
    return super.open(reference, context)
  }

  protected async answer({ signal }: SourceContext): Promise<void> {
    if (!this.isStalled) return
    signal?.throwIfAborted()
    await new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')))
    })
  }
}

/** Waits for its answer, whatever the signal says. */
export class Deaf extends Remote {
  protected override answer(): Promise<void> {
    return this.isStalled ? new Promise(() => {}) : Promise.resolve()
  }
}

/** Tells the time instead of the version. */
export class Restless extends Remote {
  #count = 0

  override async identify(reference: FileReference, context: SourceContext) {
    return `${await super.identify(reference, context)} ${this.#count++}`
  }
}

/** Knows files by their names only. */
export class ByName extends Remote {
  override async identify(reference: FileReference, context: SourceContext) {
    await super.identify(reference, context)
    return reference.basename
  }

  override async open(reference: FileReference, context: SourceContext) {
    return { ...(await super.open(reference, context)), identity: reference.basename }
  }
}

/** Throws whatever comes. */
export class Speechless extends Remote {
  override async identify(reference: FileReference, context: SourceContext) {
    return super.identify(reference, context).catch(() => {
      throw new Error('ENOENT')
    })
  }
}

/** Finds a file wherever it is. */
export class Open extends Remote {
  override identify(reference: FileReference, context: SourceContext) {
    return super.identify({ ...reference, basename: reference.basename.replace(/^.*\.\.\//, '') }, context)
  }
}

/** Changes what is read of an opened file. */
class Wrapped extends Remote {
  override async open(reference: FileReference, context: SourceContext): Promise<ByteSource> {
    return this.wrap(await super.open(reference, context))
  }

  protected wrap(source: ByteSource): ByteSource {
    return source
  }
}

/** Gives what it has at once, and leaves the rest to the caller. */
export class Short extends Wrapped {
  protected override wrap(source: ByteSource): ByteSource {
    return { ...source, read: (offset, into) => source.read(offset, into.subarray(0, 4)) }
  }
}

/** Reads from the start of the buffer under the view. */
export class Sloppy extends Wrapped {
  protected override wrap(source: ByteSource): ByteSource {
    return { ...source, read: (offset, into) => source.read(offset, new Uint8Array(into.buffer)) }
  }
}

/** Reads on after it is closed. */
export class Undead extends Wrapped {
  protected override wrap(source: ByteSource): ByteSource {
    return { ...source, async close() {} }
  }
}

/** Reads whichever version is there. */
export class Unpinned extends Remote {
  override async open(reference: FileReference, context: SourceContext): Promise<ByteSource> {
    const now = () => super.open(reference, context)
    return { ...(await now()), read: async (offset, into) => (await now()).read(offset, into) }
  }
}

/** Opens each file once, for all. */
export class Shared extends Remote {
  readonly #opened = new Map<string, Promise<ByteSource>>()

  override open(reference: FileReference, context: SourceContext): Promise<ByteSource> {
    const opened = this.#opened.get(reference.basename) ?? super.open(reference, context)
    this.#opened.set(reference.basename, opened)
    return opened
  }
}

/** Says where the bytes are not. */
export class Elsewhere extends Wrapped {
  protected override wrap(source: ByteSource): ByteSource {
    return { ...source, path: import.meta.filename }
  }
}

/** Opens nothing where there is nothing. */
export class Lenient extends Remote {
  override async open(reference: FileReference, context: SourceContext): Promise<ByteSource> {
    return super.open(reference, context).catch(() => bytesSource(new Uint8Array(), 'empty'))
  }
}

/** Blames itself for the user's mistake. */
export class Blaming extends Remote {
  override async identify(reference: FileReference, context: SourceContext) {
    return super.identify(reference, context).catch(({ code, message }: DataLabError) => {
      throw new DataLabError(code, message, { retryable: true })
    })
  }
}

/** Counts one byte too many. */
export class Miscounting extends Remote {
  async size(reference: FileReference, context: SourceContext): Promise<number> {
    return (await super.open(reference, context)).size + 1
  }
}

/** Has a size for whatever it is asked for. */
export class Knowing extends Remote {
  async size(reference: FileReference, context: SourceContext): Promise<number> {
    return super.open(reference, context).then(
      ({ size }) => size,
      () => 0,
    )
  }
}

/** Keeps its files in a cache. */
class Cached extends Remote {
  readonly cache: SourceCache = { id: 'cache', reserve: (files, context) => this.reserve(files, context) }

  protected async reserve(_files: readonly SourceFile[], context: SourceContext): Promise<SourceReservation> {
    await this.answer(context)
    return { release: async () => {} }
  }
}

/** Has nothing left of a file that somebody wants already. */
export class Jealous extends Cached {
  readonly #wanted = new Set<string>()

  protected override async reserve(files: readonly SourceFile[]): Promise<SourceReservation> {
    const name = files[0]?.reference.basename ?? ''
    if (this.#wanted.has(name)) throw new DataLabError('CACHE_FULL', 'There is no room for it.')
    this.#wanted.add(name)
    return { release: async () => void this.#wanted.delete(name) }
  }
}

/** Gives back more than was taken. */
export class Generous extends Cached {
  #held = 0

  protected override async reserve(): Promise<SourceReservation> {
    this.#held++
    return {
      release: async () => {
        if (--this.#held < 0) throw new Error('nothing is left')
      },
    }
  }
}

/** Looks for each file before it makes room. */
export class Inquisitive extends Cached {
  protected override async reserve(files: readonly SourceFile[], context: SourceContext) {
    for (const { reference } of files) await super.identify(reference, context)
    return super.reserve(files, context)
  }
}

/** Makes room, and forgets what it is for. */
export class Forgetful extends Cached {
  protected override async reserve(files: readonly SourceFile[], context: SourceContext) {
    for (const { reference } of files) this.delete(reference.basename)
    return super.reserve(files, context)
  }
}

/** Gives up for a reason of its own, whatever the signal says. */
export class Wilful extends Cached {
  protected override async reserve(files: readonly SourceFile[], context: SourceContext) {
    return super.reserve(files, context).catch(() => {
      throw new DataLabError('CACHE_FULL', 'There is no room for it.')
    })
  }
}

/** Waits for its answer, whatever becomes of the run. */
export class Endless extends Remote {
  override async open(reference: FileReference, context: SourceContext): Promise<ByteSource> {
    const source = await super.open(reference, context)
    const read = (offset: number, into: Uint8Array) =>
      this.isStalled ? new Promise<number>(() => {}) : source.read(offset, into)
    return { ...source, read }
  }
}

/** Has a cache of another name for whoever looks. */
export class Fickle extends Remote {
  #count = 0

  get cache(): SourceCache {
    return { id: `cache ${this.#count++}`, reserve: async () => ({ release: async () => {} }) }
  }
}

/** Has a cache without a name. */
export class Nameless extends Remote {
  readonly cache: SourceCache = { id: '', reserve: async () => ({ release: async () => {} }) }
}

/** Waits for room, whatever the signal says. */
export class Waiting extends Cached {
  protected override async reserve(): Promise<SourceReservation> {
    if (this.isStalled) await new Promise(() => {})
    return { release: async () => {} }
  }
}

/** Waits for room where the signal was aborted before. */
export class Late extends Cached {
  protected override reserve(files: readonly SourceFile[], context: SourceContext) {
    return super.reserve(files, context.signal?.aborted ? { principal: context.principal } : context)
  }
}

/** Has one spelling of each reference: its name in a folder of its own. */
export class Spelling extends Cached {
  canonical(reference: FileReference): FileReference {
    return { ...reference, basename: reference.basename.replace(/^(\.\/)+/, '') }
  }

  override identify(reference: FileReference, context: SourceContext) {
    return super.identify(this.known(reference), context)
  }

  override open(reference: FileReference, context: SourceContext) {
    return super.open(this.known(reference), context)
  }

  protected known(reference: FileReference): FileReference {
    return { ...reference, basename: reference.basename.replace(/^(\.\/)+/, '') }
  }
}

/** Keeps spellings apart. */
export class Pedantic extends Spelling {
  override canonical(reference: FileReference): FileReference {
    return reference
  }
}

/** Spells what is spelled already. */
export class Stuttering extends Spelling {
  override canonical(reference: FileReference): FileReference {
    return { ...reference, basename: `./${reference.basename}` }
  }
}

/** Takes all files for one. */
export class Merging extends Spelling {
  override canonical(reference: FileReference): FileReference {
    return { ...reference, basename: 'a.bin' }
  }
}

/** Says of a spelling what it thinks of the file. */
export class Strict extends Spelling {
  override canonical(reference: FileReference): FileReference {
    if (reference.basename.startsWith('.')) throw new TypeError('no')
    return super.canonical(reference)
  }
}

/** Spells in what it was given. */
export class Scribbling extends Spelling {
  override canonical(reference: FileReference): FileReference {
    return Object.assign(reference, super.canonical(reference))
  }
}
