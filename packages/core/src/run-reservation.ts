import { AbortedError } from './errors.js'
import type { SourceCache, SourceContext, SourceFile, SourceReservation } from './file-source.js'
import { traced } from './tracing.js'

/** Room in caches for all files of one run: two runs that reserved one file after the other could wait for each other for ever. */
export class RunReservation {
  readonly #over = new AbortController()
  #reserved: Promise<SourceReservation[]> | undefined

  /**
   * @param files those of all sources; only those that are cached are reserved
   */
  constructor(
    private readonly files: readonly SourceFile[],
    private readonly context: SourceContext,
  ) {}

  /**
   * Waits until there is room for all files; once is enough.
   *
   * @throws DATALAB_ABORTED; what a cache throws. Then nothing is reserved.
   */
  async make(): Promise<void> {
    this.#reserved ??= this.#reserveAll()
    await this.#reserved
  }

  /** Gives the room back, or ends the waiting for it. */
  async release(): Promise<void> {
    if (this.#reserved === undefined) return
    this.#over.abort(new AbortedError('the run is over'))
    await releaseAll(await this.#reserved.catch(() => []))
  }

  async #reserveAll(): Promise<SourceReservation[]> {
    const { signal } = this.context
    const signals = signal === undefined ? [this.#over.signal] : [signal, this.#over.signal]
    const context = { ...this.context, signal: AbortSignal.any(signals) }
    const reserved: SourceReservation[] = []
    try {
      for (const { cache, files } of byCache(this.files))
        reserved.push(
          await traced('datalab.reserve', { 'datalab.files': files.length }, () => cache.reserve(files, context)),
        )
      return reserved
    } catch (error) {
      await releaseAll(reserved)
      throw error
    }
  }
}

/** The files that are cached, by their caches, which all runs take in one order: none has what another one waits for while it waits for that one. */
function byCache(files: readonly SourceFile[]): { cache: SourceCache; files: SourceFile[] }[] {
  const groups = new Map<string, { cache: SourceCache; files: SourceFile[] }>()
  for (const file of files) {
    const { cache } = file.source
    if (cache === undefined) continue
    const group = groups.get(cache.id) ?? { cache, files: [] }
    group.files.push(file)
    groups.set(cache.id, group)
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group)
}

async function releaseAll(reserved: readonly SourceReservation[]): Promise<void> {
  await Promise.allSettled(reserved.map((reservation) => reservation.release()))
}
