import { type FileReference, type SourceContext, throwIfAborted } from '@datalab/core'
import { type Answer, readJson } from './answer.js'
import { type Frame, findFrame, stemOf } from './frame.js'
import { HttpClient } from './http-client.js'
import type { Settings } from './settings.js'
import { ShownFiles } from './shown-files.js'
import { notFound, type RequestFacts } from './source-error.js'

/** More than any list of frames of one name. */
const MAX_JSON_BYTES = 4 * 2 ** 20

/** The archive's API and the stores its files lie in, on a principal's behalf. Each call is one attempt. */
export class ArchiveApi {
  readonly #client: HttpClient
  readonly #shown: ShownFiles

  constructor(private readonly settings: Settings) {
    this.#client = new HttpClient(settings)
    this.#shown = new ShownFiles(settings.now)
  }

  /**
   * Looks a file up.
   *
   * @throws SOURCE_NOT_FOUND, SOURCE_FORBIDDEN, SOURCE_UNAVAILABLE, DATALAB_ABORTED.
   */
  async find(reference: FileReference, context: SourceContext): Promise<Frame> {
    return this.#find(reference.basename, await this.#token(context), context.signal)
  }

  /**
   * Looks whether the principal is shown a file, unless the archive has shown it within the last minute to whoever has this token.
   *
   * @throws what {@link find} throws.
   */
  async checkShown({ basename }: FileReference, context: SourceContext): Promise<void> {
    const token = await this.#token(context)
    if (!this.#shown.has(token, basename)) await this.#find(basename, token, context.signal)
  }

  async #find(file: string, token: string | undefined, signal: AbortSignal | undefined): Promise<Frame> {
    // Archives keep names without extension; some, as they are.
    for (const name of new Set([stemOf(file), file])) {
      const frame = name === '' ? undefined : await this.#ask(name, file, token, signal)
      if (frame === undefined) continue
      this.#shown.add(token, file)
      return frame
    }
    throw notFound(this.#facts(file))
  }

  /** Asks for a file, or a part of it, where its frame says that it lies. */
  async fetch(
    frame: Frame,
    headers: Record<string, string>,
    reference: FileReference,
    context: SourceContext,
  ): Promise<Answer> {
    const token = frame.url.origin === this.settings.origin ? await this.#token(context) : undefined
    return this.#client.get(frame.url, {
      file: reference.basename,
      token,
      // Bytes that were compressed on the way could not be counted.
      headers: { ...headers, 'accept-encoding': 'identity' },
      accepts: 'range' in headers ? [200, 206, 416] : [200],
      signal: context.signal,
    })
  }

  async #ask(
    name: string,
    file: string,
    token: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Frame | undefined> {
    const url = new URL('frames/', this.settings.baseUrl)
    url.searchParams.set('basename_exact', name)
    const headers = { accept: 'application/json' }
    const answer = await this.#client.get(url, { file, token, headers, accepts: [200], signal })
    return findFrame(await readJson(answer, MAX_JSON_BYTES), this.#facts(file))
  }

  #facts(file: string): RequestFacts {
    return { file, host: this.settings.baseUrl.host }
  }

  async #token({ principal, signal }: SourceContext): Promise<string | undefined> {
    const token = await unlessAborted(Promise.resolve(this.settings.credentials(principal)), signal)
    if (token === undefined || token === '') return undefined
    // Checked here: what refuses it later would quote it.
    if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return token
    throw new TypeError(`The credentials for the source '${this.settings.name}' are no token: it has other characters.`)
  }
}

async function unlessAborted<Value>(awaited: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return awaited
  let stop = () => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
  })
  try {
    return await Promise.race([awaited, aborted])
  } catch (error) {
    throwIfAborted(signal)
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
