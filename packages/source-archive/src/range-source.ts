import type { ByteSource } from '@datalab/core'
import type { Answer } from './answer.js'
import { contentRange, strongEtag } from './content-range.js'
import { changed, unavailable } from './source-error.js'
import { checkOffset, closedError } from './temporary-file.js'

/** The version of a file that a source stays with. */
export interface PinnedFile {
  readonly identity: string
  readonly size: number
  readonly etag: string
  /** Its first bytes. */
  readonly head: Uint8Array
}

/** Asks for the file with these headers, until the signal is aborted; accepts 200, 206 and 416. */
export type FetchFile = (headers: Record<string, string>, signal: AbortSignal) => Promise<Answer>

/** Does something again where it may help. */
export type Retry = <Value>(attempt: () => Promise<Value>, signal: AbortSignal) => Promise<Value>

/** A file that stays where it is, and whose bytes are fetched when they are read. */
export class RangeSource implements ByteSource {
  readonly size: number
  readonly identity: string
  readonly #closing = new AbortController()
  readonly #signal: AbortSignal

  constructor(
    private readonly file: PinnedFile,
    private readonly fetchFile: FetchFile,
    private readonly retry: Retry,
    signal: AbortSignal | undefined,
  ) {
    this.size = file.size
    this.identity = file.identity
    this.#signal = signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal])
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    this.#checkOpen()
    checkOffset(offset)
    const wanted = into.subarray(0, Math.max(0, this.size - offset))
    const head = this.file.head.subarray(offset, offset + wanted.length)
    wanted.set(head)
    if (head.length < wanted.length) await this.#fetch(offset + head.length, wanted.subarray(head.length))
    return wanted.length
  }

  async close(): Promise<void> {
    this.#closing.abort(closedError())
  }

  async #fetch(first: number, into: Uint8Array): Promise<void> {
    try {
      await this.retry(() => this.#fetchOnce(first, into), this.#signal)
    } catch (error) {
      this.#checkOpen()
      throw error
    }
  }

  async #fetchOnce(first: number, into: Uint8Array): Promise<void> {
    const range = `bytes=${first}-${first + into.length - 1}`
    const answer = await this.fetchFile({ range, 'if-range': this.file.etag }, this.#signal)
    try {
      this.#checkVersion(answer, first, into.length)
      await fill(into, answer)
    } finally {
      answer.discard()
    }
  }

  /** That the answer brings the bytes asked for, of the version that was opened. */
  #checkVersion(answer: Answer, first: number, length: number): void {
    const range = contentRange(answer)
    if (answer.status === 416 || strongEtag(answer) !== this.file.etag) throw changed(answer.facts)
    if (answer.status !== 206) throw unavailable(answer.facts, 'does not send parts of it any more')
    if (range?.total !== this.size) throw changed(answer.facts)
    if (range.first !== first || range.last !== first + length - 1)
      throw unavailable(answer.facts, 'sends another part than it is asked for')
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted) throw closedError()
  }
}

async function fill(into: Uint8Array, answer: Answer): Promise<void> {
  let filled = 0
  for await (const chunk of answer.chunks()) {
    if (filled + chunk.length > into.length) throw unavailable(answer.facts, 'sends more than it is asked for')
    into.set(chunk, filled)
    filled += chunk.length
  }
  if (filled < into.length) throw unavailable(answer.facts, `sent ${filled} bytes instead of ${into.length}`)
}

/** The first bytes of a file, as an answer that was asked for them brings them. */
export async function readPart(answer: Answer, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  await fill(bytes, answer)
  return bytes
}
