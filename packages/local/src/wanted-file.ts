import { createHash } from 'node:crypto'
import { type ByteSource, DataLabError, type FileReference, type FileSource, type SourceContext } from '@datalab/core'
import { abortable } from './abortable.js'

/** A file that somebody wants from a source: known by its version, and opened there only when its bytes are wanted. */
export class WantedFile {
  /** Names this version of the file in a cache. */
  readonly key: string
  #opened: Promise<ByteSource> | undefined

  private constructor(
    private readonly from: FileSource,
    private readonly reference: FileReference,
    private readonly context: SourceContext,
    readonly identity: string,
  ) {
    this.key = keyOf(from, reference, identity)
  }

  /** The source is asked each time, so that it can refuse whoever may not have the file. */
  static async find(from: FileSource, reference: FileReference, context: SourceContext): Promise<WantedFile> {
    const identity = await abortable(from.identify(reference, context), context.signal)
    return new WantedFile(from, reference, context, identity)
  }

  /** How a user would name it. */
  get label(): string {
    return this.reference.basename
  }

  get signal(): AbortSignal | undefined {
    return this.context.signal
  }

  /**
   * The file at its source.
   *
   * @throws SOURCE_CHANGED when it is another version by now; what the source throws.
   */
  async atSource(): Promise<ByteSource> {
    this.#opened ??= this.from.open(this.reference, this.context)
    const source = await abortable(this.#opened, this.signal)
    if (source.identity === this.identity) return source
    throw this.changed()
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

function keyOf({ name }: FileSource, { root, basename }: FileReference, identity: string): string {
  return createHash('sha256')
    .update(JSON.stringify([name, root ?? null, basename, identity]))
    .digest('hex')
}
