import type { ByteSource } from './byte-source.js'
import { DataLabError } from './errors.js'
import type { Reach } from './object-storage.js'
import type { Principal } from './record-store.js'

/** Which file is meant: what every reference to a file has, whatever else its operation declares. */
export interface FileReference {
  readonly basename: string
  readonly source: string
  readonly root?: string
}

/** For whom a file is opened, and until when. */
export interface SourceContext {
  readonly principal: Principal
  readonly signal?: AbortSignal
}

/**
 * Where input files come from.
 *
 * Errors: SOURCE_NOT_FOUND and SOURCE_FORBIDDEN for what the user should change; SOURCE_UNAVAILABLE (retryable) when the source does not
 * answer. Their messages name the file.
 */
export interface FileSource {
  /** What references say in `source`. */
  readonly name: string
  readonly reach: Reach
  /**
   * The one spelling of a reference that may be spelled in several ways, so that they are one job. The reference itself where absent; never
   * fails: what is wrong with a reference is told when it is identified.
   */
  canonical?(reference: FileReference): FileReference
  /**
   * Which version of the file this is, for the key of the job: equal as long as the bytes are the same. Opening the file costs more.
   */
  identify(reference: FileReference, context: SourceContext): Promise<string>
  /** Opens the file. The source's `identity` is what {@link identify} gives for these bytes. The caller closes it. */
  open(reference: FileReference, context: SourceContext): Promise<ByteSource>
  close?(): Promise<void>
}

/**
 * The source that a reference names.
 *
 * @throws SOURCE_UNKNOWN when the host has none of this name.
 */
export function sourceOf(reference: FileReference, sources: ReadonlyMap<string, FileSource>): FileSource {
  const source = sources.get(reference.source)
  if (source !== undefined) return source
  const known = [...sources.keys()].map((name) => `'${name}'`).join(', ')
  throw new DataLabError(
    'SOURCE_UNKNOWN',
    `${reference.basename}: there is no source '${reference.source}' here; ${known === '' ? 'this host has none' : `use ${known}`}.`,
    { audience: 'user' },
  )
}
