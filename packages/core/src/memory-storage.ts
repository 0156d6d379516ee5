import type { ByteSource } from './byte-source.js'
import { bytesSource } from './bytes.js'
import { DataLabError } from './errors.js'
import { BodyFailure, bodyPieces } from './object-body.js'
import { checkedObjectKey } from './object-key.js'
import {
  contentTypeOf,
  type ListOptions,
  type ObjectBody,
  type ObjectInfo,
  type ObjectPage,
  type ObjectStorage,
  type PutOptions,
  pageOf,
  preconditionFailed,
} from './object-storage.js'

/** Settings of a {@link MemoryStorage}. */
export interface MemoryStorageOptions {
  /** Bytes of all objects together, with those being put, above which a put fails; 1 GiB by default. */
  maxBytes?: number
}

interface StoredObject {
  readonly info: ObjectInfo
  readonly bytes: Uint8Array
}

/** Objects in this process's memory: for scripts and tests. */
export class MemoryStorage implements ObjectStorage {
  readonly reach = 'process'
  readonly #objects = new Map<string, StoredObject>()
  /** The keys of objects, by their first part: lists of one job must not take longer the more jobs there are. */
  readonly #folders = new Map<string, Set<string>>()
  readonly #maxBytes: number
  #bytes = 0
  #versions = 0

  constructor(options: MemoryStorageOptions = {}) {
    const { maxBytes = 2 ** 30 } = options
    if (!(maxBytes >= 0)) throw new TypeError(`A memory storage of ${maxBytes} bytes cannot be; give 0 or more.`)
    this.#maxBytes = maxBytes
  }

  async put(key: string, body: ObjectBody, options: PutOptions = {}): Promise<ObjectInfo> {
    checkedObjectKey(key)
    this.#checkCondition(key, options)
    const bytes = await this.#collect(body, options.signal)
    try {
      // Nothing is awaited from here on, so that what is checked is what is written.
      this.#checkCondition(key, options)
    } catch (error) {
      this.#bytes -= bytes.length
      throw error
    }
    this.#remove(key)
    const info: ObjectInfo = {
      key,
      size: bytes.length,
      etag: `m${++this.#versions}`,
      contentType: options.contentType ?? contentTypeOf(key),
      modified: new Date(),
    }
    this.#objects.set(key, { info, bytes })
    const folder = this.#folders.get(firstPart(key))
    if (folder === undefined) this.#folders.set(firstPart(key), new Set([key]))
    else folder.add(key)
    return info
  }

  async open(key: string): Promise<ByteSource | undefined> {
    const object = this.#objects.get(checkedObjectKey(key))
    return object && bytesSource(object.bytes, object.info.etag)
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    return this.#objects.get(checkedObjectKey(key))?.info
  }

  async delete(keys: string | readonly string[]): Promise<void> {
    for (const key of [keys].flat().map(checkedObjectKey)) this.#remove(key)
  }

  async list(prefix: string, options?: ListOptions): Promise<ObjectPage> {
    const { cursor, limit } = pageOf(options)
    const found = [...this.#keysNear(prefix)].filter((key) => key.startsWith(prefix) && key > cursor).sort()
    const objects = found.slice(0, limit).flatMap((key) => this.#objects.get(key)?.info ?? [])
    const last = objects.at(-1)
    return found.length > limit && last !== undefined ? { objects, cursor: last.key } : { objects }
  }

  /** `memory:<key>`: a name, for this process; nothing fetches it. */
  async url(key: string): Promise<string> {
    return `memory:${checkedObjectKey(key)}`
  }

  #checkCondition(key: string, options: PutOptions): void {
    const etag = this.#objects.get(key)?.info.etag
    if (options.ifNoneMatch === '*' && etag !== undefined) throw preconditionFailed(key, options)
    if (options.ifMatch !== undefined && options.ifMatch !== etag) throw preconditionFailed(key, options)
  }

  /** The body's bytes, which count as stored from their coming on. */
  async #collect(body: ObjectBody, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    let size = 0
    try {
      for await (const piece of bodyPieces(body, signal)) {
        this.#reserve(piece.length)
        size += piece.length
        // The producer may use its buffer again; and a Buffer's slice is no copy.
        pieces.push(new Uint8Array(piece))
      }
      return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces, size)
    } catch (error) {
      this.#bytes -= size
      throw error instanceof BodyFailure ? error.error : error
    }
  }

  #reserve(size: number): void {
    if (this.#bytes + size > this.#maxBytes)
      throw new DataLabError(
        'STORAGE_FULL',
        `The memory storage is full: it holds at most ${this.#maxBytes} bytes. Raise maxBytes, or use files.`,
        { audience: 'user', retryable: true },
      )
    this.#bytes += size
  }

  /** All keys that may begin with a prefix. */
  #keysNear(prefix: string): Iterable<string> {
    return prefix.includes('/') ? (this.#folders.get(firstPart(prefix)) ?? []) : this.#objects.keys()
  }

  #remove(key: string): void {
    this.#bytes -= this.#objects.get(key)?.bytes.length ?? 0
    this.#objects.delete(key)
    const folder = this.#folders.get(firstPart(key))
    if (folder?.delete(key) && folder.size === 0) this.#folders.delete(firstPart(key))
  }
}

function firstPart(key: string): string {
  return key.split('/', 1)[0] as string
}
