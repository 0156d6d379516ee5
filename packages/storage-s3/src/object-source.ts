import type { ByteSource } from '@datalab/core'
import type { Bucket } from './bucket.js'
import { explained } from './explained.js'
import { type Beginning, readBeginning, readRange, type Version } from './object-range.js'
import { isFailure } from './s3-failure.js'

/** What is fetched when an object is opened: most objects beside images are smaller, and then they are all there. */
const BEGINNING_BYTES = 256 * 1024
/** What is kept in memory of a larger object, and the least that is fetched later: small reads follow one another, as those of headers do. */
const WINDOW_BYTES = 64 * 1024
/** How often an object may be replaced while it is opened. */
const MOST_OPENINGS = 5

/**
 * The object as it is now; undefined where there is none. What it is small enough for comes at once and stays, whatever becomes of the
 * object; reads of the rest fail with SOURCE_CHANGED when it was replaced or deleted.
 *
 * @throws STORAGE_FORBIDDEN, STORAGE_UNAVAILABLE, STORAGE_CORRUPT.
 */
export async function openObject(bucket: Bucket, key: string): Promise<ByteSource | undefined> {
  const closing = new AbortController()
  for (let openings = 1; ; openings++) {
    try {
      const beginning = await readBeginning(bucket, key, BEGINNING_BYTES, closing.signal)
      return beginning && new ObjectSource(bucket, key, beginning, closing)
    } catch (error) {
      if (openings === MOST_OPENINGS || !isFailure(error, 'changed'))
        throw explained(error, { bucket, key, action: 'read' })
    }
  }
}

/** One version of an object, of which a part is in memory at most. */
class ObjectSource implements ByteSource {
  readonly size: number
  readonly identity: string
  readonly #version: Version
  /** The bytes in memory, and where they begin. */
  #window: { readonly start: number; readonly bytes: Uint8Array }

  constructor(
    private readonly bucket: Bucket,
    private readonly key: string,
    { version, bytes }: Beginning,
    private readonly closing: AbortController,
  ) {
    this.#version = version
    // A thousand of them may be open at once.
    this.#window = { start: 0, bytes: bytes.length < version.size ? bytes.slice(0, WINDOW_BYTES) : bytes }
    this.size = version.size
    this.identity = version.etag
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    this.#checkOpen()
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw new TypeError(`Nothing can be read from offset ${offset}; give a whole number of bytes, 0 or more.`)
    const wanted = into.subarray(0, Math.max(0, Math.min(into.length, this.size - offset)))
    const known = this.#copyWindow(offset, wanted)
    if (known < wanted.length) await this.#fetch(offset + known, wanted.subarray(known))
    return wanted.length
  }

  async close(): Promise<void> {
    this.closing.abort()
    this.#window = { start: 0, bytes: new Uint8Array() }
  }

  /** Fills what the window has of the bytes wanted, from their first on; how many that are. */
  #copyWindow(offset: number, wanted: Uint8Array): number {
    const { start, bytes } = this.#window
    if (offset < start) return 0
    const known = bytes.subarray(offset - start, offset - start + wanted.length)
    wanted.set(known)
    return known.length
  }

  async #fetch(first: number, into: Uint8Array): Promise<void> {
    const length = Math.min(Math.max(into.length, WINDOW_BYTES), this.size - first)
    // What is larger than a window goes where it is wanted, and no window is kept beside it.
    const bytes = length > into.length ? new Uint8Array(length) : into
    try {
      await readRange(this.bucket, this.key, this.#version, first, bytes, this.closing.signal)
    } catch (error) {
      this.#checkOpen()
      throw explained(error, { bucket: this.bucket, key: this.key, action: 'read' })
    }
    this.#checkOpen()
    if (bytes !== into) into.set(bytes.subarray(0, into.length))
    this.#window = bytes === into ? { start: 0, bytes: new Uint8Array() } : { start: first, bytes }
  }

  #checkOpen(): void {
    if (this.closing.signal.aborted) throw new TypeError('This source is closed; open it again to read from it.')
  }
}
