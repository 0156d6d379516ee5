import { createHash } from 'node:crypto'
import {
  type ByteSource,
  DataLabError,
  type FileReference,
  type FileSource,
  type SourceContext,
  type SourceFile,
} from '@datalab/core'
import { abortable } from './abortable.js'

/** A source that is cached, or stands before one that is. */
interface OuterSource extends FileSource {
  readonly origin?: FileSource
  readonly ranges?: boolean
}

/** A file that somebody wants from a source: known by its version, and opened there only when its bytes are wanted. */
export class WantedFile {
  /** Names this version of the file in a cache. */
  readonly key: string
  /** Whether its source gives parts of it. */
  readonly hasParts: boolean
  readonly #origin: FileSource
  #size: number | undefined
  #opened: Promise<ByteSource> | undefined

  constructor(
    private readonly file: SourceFile,
    private readonly context: SourceContext,
  ) {
    const { origin = file.source, ranges = true }: OuterSource = file.source
    this.key = keyOf(origin.name, file)
    this.hasParts = ranges
    this.#origin = origin
  }

  /** The source is asked each time, so that it can refuse whoever may not have the file. */
  static async find(source: FileSource, reference: FileReference, context: SourceContext): Promise<WantedFile> {
    const identity = await abortable(source.identify(reference, context), context.signal)
    return new WantedFile({ source, reference, identity, label: reference.basename }, context)
  }

  get identity(): string {
    return this.file.identity
  }

  /** How a user would name it. */
  get label(): string {
    return this.file.label
  }

  get signal(): AbortSignal | undefined {
    return this.context.signal
  }

  /** In bytes; undefined until the source was asked. */
  get size(): number | undefined {
    return this.#size
  }

  /**
   * Asks the source for the size. The file is opened only where that is the only way to know.
   *
   * @throws as {@link atSource}
   */
  async measure(): Promise<void> {
    const asked = this.#origin.size?.(this.file.reference, this.context)
    this.#size = await abortable(Promise.resolve(asked), this.signal)
    if (this.#size === undefined) await this.atSource()
  }

  /**
   * The file at its source.
   *
   * @throws SOURCE_CHANGED when it is another version by now; what the source throws.
   */
  async atSource(): Promise<ByteSource> {
    this.#opened ??= this.#origin.open(this.file.reference, this.context)
    const source = await abortable(this.#opened, this.signal)
    if (source.identity !== this.identity) throw this.changed()
    this.#size = source.size
    return source
  }

  /** The file at its source, to be closed by the caller. */
  async takeFromSource(): Promise<ByteSource> {
    const source = await this.atSource()
    this.#opened = undefined
    return source
  }

  /** Closes the file at its source, where it was opened. It is not waited for: a source may take its time, or never answer. */
  close(): void {
    const opened = this.#opened
    this.#opened = undefined
    opened?.then((source) => source.close()).catch(() => {})
  }

  changed(): DataLabError {
    return new DataLabError(
      'SOURCE_CHANGED',
      `${this.label} was changed while it was opened. Submit the job again for the new version.`,
      { audience: 'user' },
    )
  }
}

function keyOf(source: string, { reference, identity }: SourceFile): string {
  const { root, basename } = reference
  return createHash('sha256')
    .update(JSON.stringify([source, root ?? null, basename, identity]))
    .digest('hex')
}
