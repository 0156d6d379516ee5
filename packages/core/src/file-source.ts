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
  /** To be told when a cache begins to wait for room that others use, and when that is over. */
  readonly waiting?: (isWaiting: boolean) => void
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
  /**
   * How many bytes the file has, where that can be told for less than opening it costs; undefined where it cannot. It fails as {@link open}
   * does.
   */
  size?(reference: FileReference, context: SourceContext): Promise<number | undefined>
  /** Where the files are kept that were opened, so that a run has room there for all of its files before it opens the first. */
  readonly cache?: SourceCache
  /**
   * Opens the file. The source's `identity` is what {@link identify} gives for these bytes. Its reads end with the context's signal, too, where
   * they wait for somebody. The caller closes it.
   */
  open(reference: FileReference, context: SourceContext): Promise<ByteSource>
  close?(): Promise<void>
}

/** A file of a run. */
export interface SourceFile {
  readonly source: FileSource
  readonly reference: FileReference
  /** The version that the job's key stands for. */
  readonly identity: string
  /** How errors name it. */
  readonly label: string
}

/** A bounded place in which files of one or more sources are kept, for all runs that share it. */
export interface SourceCache {
  /** Names the place: the same in all processes that share it. A run which needs several reserves them in the order of their names. */
  readonly id: string
  /**
   * Makes room for all these files at once, and waits until there is. What has been reserved can be opened without waiting for others. Each
   * file is of a source that names this place as its cache. One that its source does not give is left out: to open it tells why.
   *
   * Errors: of files that can be neither kept nor read without; DATALAB_ABORTED with the context's signal.
   */
  reserve(files: readonly SourceFile[], context: SourceContext): Promise<SourceReservation>
}

/** Room for files in a {@link SourceCache}. */
export interface SourceReservation {
  /** Gives the room back. Doing so twice is harmless. */
  release(): Promise<void>
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
