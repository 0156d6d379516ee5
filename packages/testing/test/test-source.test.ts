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
import { expect, test } from 'vitest'
import { MemorySource, type TestFunctions, testSource } from '../src/index.js'
import { outcomeOf } from './recorded.js'

/** A sound source that can be made to get no answer. */
class Remote extends MemorySource {
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
    await new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')))
    })
  }
}

/** Waits for its answer, whatever the signal says. */
class Deaf extends Remote {
  protected override answer(): Promise<void> {
    return this.isStalled ? new Promise(() => {}) : Promise.resolve()
  }
}

/** Tells the time instead of the version. */
class Restless extends Remote {
  #count = 0

  override async identify(reference: FileReference, context: SourceContext) {
    return `${await super.identify(reference, context)} ${this.#count++}`
  }
}

/** Knows files by their names only. */
class ByName extends Remote {
  override async identify(reference: FileReference, context: SourceContext) {
    await super.identify(reference, context)
    return reference.basename
  }

  override async open(reference: FileReference, context: SourceContext) {
    return { ...(await super.open(reference, context)), identity: reference.basename }
  }
}

/** Throws whatever comes. */
class Speechless extends Remote {
  override async identify(reference: FileReference, context: SourceContext) {
    return super.identify(reference, context).catch(() => {
      throw new Error('ENOENT')
    })
  }
}

/** Finds a file wherever it is. */
class Open extends Remote {
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
class Short extends Wrapped {
  protected override wrap(source: ByteSource): ByteSource {
    return { ...source, read: (offset, into) => source.read(offset, into.subarray(0, 4)) }
  }
}

/** Reads from the start of the buffer under the view. */
class Sloppy extends Wrapped {
  protected override wrap(source: ByteSource): ByteSource {
    return { ...source, read: (offset, into) => source.read(offset, new Uint8Array(into.buffer)) }
  }
}

/** Reads on after it is closed. */
class Undead extends Wrapped {
  protected override wrap(source: ByteSource): ByteSource {
    return { ...source, async close() {} }
  }
}

/** Reads whichever version is there. */
class Unpinned extends Remote {
  override async open(reference: FileReference, context: SourceContext): Promise<ByteSource> {
    const now = () => super.open(reference, context)
    return { ...(await now()), read: async (offset, into) => (await now()).read(offset, into) }
  }
}

/** Opens each file once, for all. */
class Shared extends Remote {
  readonly #opened = new Map<string, Promise<ByteSource>>()

  override open(reference: FileReference, context: SourceContext): Promise<ByteSource> {
    const opened = this.#opened.get(reference.basename) ?? super.open(reference, context)
    this.#opened.set(reference.basename, opened)
    return opened
  }
}

/** Says where the bytes are not. */
class Elsewhere extends Wrapped {
  protected override wrap(source: ByteSource): ByteSource {
    return { ...source, path: import.meta.filename }
  }
}

/** Opens nothing where there is nothing. */
class Lenient extends Remote {
  override async open(reference: FileReference, context: SourceContext): Promise<ByteSource> {
    return super.open(reference, context).catch(() => bytesSource(new Uint8Array(), 'empty'))
  }
}

/** Blames itself for the user's mistake. */
class Blaming extends Remote {
  override async identify(reference: FileReference, context: SourceContext) {
    return super.identify(reference, context).catch(({ code, message }: DataLabError) => {
      throw new DataLabError(code, message, { retryable: true })
    })
  }
}

/** Counts one byte too many. */
class Miscounting extends Remote {
  async size(reference: FileReference, context: SourceContext): Promise<number> {
    return (await super.open(reference, context)).size + 1
  }
}

/** Has a size for whatever it is asked for. */
class Knowing extends Remote {
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
class Jealous extends Cached {
  readonly #wanted = new Set<string>()

  protected override async reserve(files: readonly SourceFile[]): Promise<SourceReservation> {
    const name = files[0]?.reference.basename ?? ''
    if (this.#wanted.has(name)) throw new DataLabError('CACHE_FULL', 'There is no room for it.')
    this.#wanted.add(name)
    return { release: async () => void this.#wanted.delete(name) }
  }
}

/** Gives back more than was taken. */
class Generous extends Cached {
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
class Inquisitive extends Cached {
  protected override async reserve(files: readonly SourceFile[], context: SourceContext) {
    for (const { reference } of files) await super.identify(reference, context)
    return super.reserve(files, context)
  }
}

/** Makes room, and forgets what it is for. */
class Forgetful extends Cached {
  protected override async reserve(files: readonly SourceFile[], context: SourceContext) {
    for (const { reference } of files) this.delete(reference.basename)
    return super.reserve(files, context)
  }
}

/** Gives up for a reason of its own, whatever the signal says. */
class Wilful extends Cached {
  protected override async reserve(files: readonly SourceFile[], context: SourceContext) {
    return super.reserve(files, context).catch(() => {
      throw new DataLabError('CACHE_FULL', 'There is no room for it.')
    })
  }
}

const declare = (Source: typeof Remote) => (runner: TestFunctions) =>
  testSource(runner, {
    name: 'mutant',
    create: (files) => new Source(files),
    change: (source, name, bytes) => source.set(name, bytes),
    stall: (source) => {
      source.isStalled = true
    },
  })

test.each([
  [Deaf, 'a call without an answer ends when the signal is aborted'],
  [Restless, 'identifies a file the same as long as its bytes are the same'],
  [Restless, 'an opened file has the identity that identify gives'],
  [ByName, 'a file whose bytes changed has another identity'],
  [Speechless, 'a file that is not there is SOURCE_NOT_FOUND, for the user, in a sentence that names it'],
  [Blaming, 'a file that is not there is SOURCE_NOT_FOUND, for the user, in a sentence that names it'],
  [Lenient, 'a file that is not there is SOURCE_NOT_FOUND, for the user, in a sentence that names it'],
  [Open, 'no name leads out of what it offers'],
  [Short, 'reads byte ranges, and fewer bytes only at the end'],
  [Sloppy, 'fills a part of a larger buffer, and nothing beside it'],
  [Undead, 'reading fails after it is closed, and closing twice is harmless'],
  [Unpinned, 'an open file whose bytes change keeps its own, or fails as SOURCE_CHANGED'],
  [Shared, 'each opening is its own'],
  [Miscounting, 'tells the size of a file as opening it does, or not at all'],
  [Knowing, 'tells the size of a file as opening it does, or not at all'],
  [Knowing, 'no name leads out of what it offers'],
  [Forgetful, 'its cache makes room for files, which can be opened then'],
  [Jealous, 'two can have room for one file, and give it back twice'],
  [Generous, 'two can have room for one file, and give it back twice'],
  [Inquisitive, 'no room is wanted for a file that is not there'],
  [Wilful, 'room is not waited for any more when the signal is aborted'],
  [Elsewhere, 'a path, where there is one, holds exactly these bytes'],
])('%o fails the test: %s', async (Mutant, name) => {
  expect(await outcomeOf(declare(Cached), name)).toBe('passed')
  expect(await outcomeOf(declare(Mutant), name)).toMatch(/^failed/)
})
