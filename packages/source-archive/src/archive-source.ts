import {
  type ByteSource,
  DataLabError,
  type FileReference,
  type FileSource,
  isDataLabError,
  type SourceContext,
} from '@datalab/core'
import type { Answer } from './answer.js'
import { ArchiveApi } from './archive-api.js'
import type { ArchiveSourceOptions } from './archive-source-options.js'
import { sizeOf } from './content-range.js'
import { openFile } from './file-opening.js'
import type { Frame } from './frame.js'
import { type PinnedFile, RangeSource } from './range-source.js'
import { retry } from './retry.js'
import { type Settings, settingsOf } from './settings.js'
import { notFound } from './source-error.js'

/**
 * Files of an archive with the API of Las Cumbres Observatory's: looked up by name, then fetched from where the archive says that they lie.
 *
 * With `credentials`, or with `identity: 'version'`, a file that is missing, or not shown to the principal, is told before a job is queued: so
 * nobody is given a result of files, or a file out of a cache, that the archive does not show them. Without either, {@link identify} asks
 * nobody, and a missing file is told when it is opened.
 *
 * A job that several principals have submitted runs once, with the token of who asked first of those who still ask, when each of them was
 * checked.
 *
 * Its errors name the file and the host. They never carry a token or the address of a file, which may grant access.
 */
export class ArchiveSource implements FileSource {
  readonly name: string
  readonly reach = 'fleet'
  readonly #settings: Settings
  readonly #api: ArchiveApi

  /** @throws TypeError when an option is not what it should be. */
  constructor(options: ArchiveSourceOptions) {
    this.#settings = settingsOf(options)
    this.#api = new ArchiveApi(this.#settings)
    this.name = this.#settings.name
  }

  /**
   * The file's name, or its newest version, as the options say. With `credentials` only for whom the archive shows the file to, where its answer
   * counts for a minute for all who have the same token. A file that is not shown is the same as one that is not there.
   *
   * @throws SOURCE_NOT_FOUND, SOURCE_FORBIDDEN where the token is none, SOURCE_UNAVAILABLE, DATALAB_ABORTED; nothing where nobody is asked.
   */
  async identify(reference: FileReference, context: SourceContext): Promise<string> {
    const { identity, isPersonal } = this.#settings
    if (identity === 'basename' && !isPersonal) return reference.basename
    return retry(this.#settings, context.signal, async () => {
      try {
        if (identity === 'version') return this.#identityOf(reference, await this.#api.find(reference, context))
        await this.#api.checkShown(reference, context)
        return reference.basename
      } catch (error) {
        throw this.#unrevealing(error, reference)
      }
    })
  }

  /**
   * How many bytes a file has, where its store tells when asked for the first of them.
   *
   * @throws SOURCE_NOT_FOUND, SOURCE_FORBIDDEN, SOURCE_UNAVAILABLE, DATALAB_ABORTED.
   */
  async size(reference: FileReference, context: SourceContext): Promise<number | undefined> {
    return retry(this.#settings, context.signal, async () => {
      const frame = await this.#api.find(reference, context)
      const answer = await this.#api.fetch(frame, { range: 'bytes=0-0' }, reference, context)
      answer.discard()
      return sizeOf(answer)
    })
  }

  /**
   * Opens a file: by ranges where its store can, else by downloading it.
   *
   * @throws SOURCE_NOT_FOUND, SOURCE_FORBIDDEN, SOURCE_UNAVAILABLE, SOURCE_CORRUPT, DATALAB_TOO_LARGE, STORAGE_FULL, DATALAB_ABORTED.
   * Its reads: those too, and SOURCE_CHANGED. Both end with the context's signal.
   */
  async open(reference: FileReference, context: SourceContext): Promise<ByteSource> {
    return retry(this.#settings, context.signal, async () => {
      const frame = await this.#api.find(reference, context)
      const { maxBytes, scratch } = this.#settings
      return openFile({
        identity: this.#identityOf(reference, frame),
        md5: frame.md5,
        maxBytes,
        scratch,
        fetch: (headers) => this.#api.fetch(frame, headers, reference, context),
        byRanges: (file) => this.#rangeSource(file, frame, reference, context),
      })
    })
  }

  #rangeSource(file: PinnedFile, frame: Frame, reference: FileReference, context: SourceContext): ByteSource {
    let current = frame
    const fetchFile = async (headers: Record<string, string>, signal: AbortSignal): Promise<Answer> => {
      const during = { ...context, signal }
      try {
        return await this.#api.fetch(current, headers, reference, during)
      } catch (error) {
        if (!isDataLabError(error, 'SOURCE_FORBIDDEN')) throw error
        // The address was good for a while only; the ETag keeps to the version.
        current = await this.#api.find(reference, during)
        return this.#api.fetch(current, headers, reference, during)
      }
    }
    return new RangeSource(file, fetchFile, (attempt, signal) => retry(this.#settings, signal, attempt), context.signal)
  }

  /** That somebody may not see a file does not tell them that it is there. */
  #unrevealing(error: unknown, { basename }: FileReference): unknown {
    if (!isDataLabError(error, 'SOURCE_FORBIDDEN') || error.details.status !== 403) return error
    return notFound({ file: basename, host: this.#settings.baseUrl.host })
  }

  #identityOf(reference: FileReference, frame: Frame): string {
    if (this.#settings.identity === 'basename') return reference.basename
    if (frame.version !== undefined) return frame.version
    throw new DataLabError(
      'SOURCE_UNAVAILABLE',
      `The archive ${this.#settings.baseUrl.host} names no version of ${reference.basename}: set the source '${this.name}' up with identity 'basename'.`,
      { details: { host: this.#settings.baseUrl.host } },
    )
  }
}
