import { createHash } from 'node:crypto'
import { type ByteSource, bytesSource, type FileReference, type FileSource, type SourceContext } from '@datalab/core'
import type { CachedSource, Reservation } from '../src/index.js'

/** The bytes of a file, by its name: any process makes the same. */
function contentOf(name: string, size: number): Uint8Array {
  const seed = createHash('sha256').update(name).digest()
  return Uint8Array.from({ length: size }, (_, i) => (seed[i & 31] ?? 0) ^ (i >> 5))
}

/** Far away files, by their names, with what is to happen at each call. */
export class FarSource implements FileSource {
  readonly name: string
  readonly reach = 'fleet'
  readonly files = new Map<string, { bytes: Uint8Array; identity: string }>()
  identified = 0
  opened = 0
  closed = 0
  reads = 0
  isClosed = false
  onOpen: (name: string) => Promise<void> | void = () => {}
  onRead: (name: string, offset: number) => Promise<void> | void = () => {}

  constructor(name = 'far') {
    this.name = name
  }

  add(name: string, size: number, identity = 'v1'): FileReference {
    this.files.set(name, { bytes: contentOf(name + identity, size), identity })
    return { source: this.name, basename: name }
  }

  bytesOf({ basename }: FileReference): Uint8Array {
    return this.#file(basename).bytes
  }

  async identify({ basename }: FileReference, _: SourceContext): Promise<string> {
    this.identified++
    return this.#file(basename).identity
  }

  async open({ basename }: FileReference, _: SourceContext): Promise<ByteSource> {
    await this.onOpen(basename)
    this.opened++
    const { bytes, identity } = this.#file(basename)
    const source = bytesSource(bytes, identity)
    return {
      ...source,
      read: async (offset, into) => {
        this.reads++
        await this.onRead(basename, offset)
        return source.read(offset, into)
      },
      close: async () => {
        this.closed++
        await source.close()
      },
    }
  }

  async close(): Promise<void> {
    this.isClosed = true
  }

  #file(name: string): { bytes: Uint8Array; identity: string } {
    const file = this.files.get(name)
    if (file === undefined) throw Object.assign(new Error(`no ${name}`), { code: 'SOURCE_NOT_FOUND' })
    return file
  }
}

export const context: SourceContext = { principal: { id: 'ada' } }

/** Room for some files of a source in its cache, as a run has it. */
export async function reserved(
  source: CachedSource,
  references: readonly FileReference[],
  signal?: AbortSignal,
): Promise<Reservation> {
  const files = references.map(async (reference) => {
    const identity = await source.origin.identify(reference, context)
    return { source, reference, identity, label: `File ${reference.basename}` }
  })
  return source.cache.reserve(await Promise.all(files), signal === undefined ? context : { ...context, signal })
}

export async function contentsOf(source: ByteSource): Promise<Uint8Array> {
  const bytes = new Uint8Array(source.size)
  const read = await source.read(0, bytes)
  return bytes.subarray(0, read)
}
