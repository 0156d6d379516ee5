import type { ByteSource } from './byte-source.js'
import { bytesSource } from './bytes.js'
import { DataLabError, throwIfAborted } from './errors.js'
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
  /** Bytes of all objects together, above which a put fails; 1 GiB by default. */
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
  readonly #maxBytes: number
  #bytes = 0
  #versions = 0

  constructor(options: MemoryStorageOptions = {}) {
    this.#maxBytes = options.maxBytes ?? 2 ** 30
  }

  async put(key: string, body: ObjectBody, options: PutOptions = {}): Promise<ObjectInfo> {
    checkedObjectKey(key)
    this.#checkCondition(key, options)
    const bytes = await this.#collect(body, options.signal)
    // Nothing is awaited from here on, so that what is checked is what is written.
    this.#checkCondition(key, options)
    this.#remove(key)
    this.#bytes += bytes.length
    const contentType = options.contentType ?? contentTypeOf(key)
    const info: ObjectInfo = {
      key,
      size: bytes.length,
      etag: `m${++this.#versions}`,
      contentType,
      modified: new Date(),
    }
    this.#objects.set(key, { info, bytes })
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
    for (const key of [keys].flat()) this.#remove(checkedObjectKey(key))
  }

  async list(prefix: string, options?: ListOptions): Promise<ObjectPage> {
    const { cursor, limit } = pageOf(options)
    const found = [...this.#objects.keys()].filter((key) => key.startsWith(prefix) && key > cursor).sort()
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

  async #collect(body: ObjectBody, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    let size = 0
    for await (const piece of body instanceof Uint8Array ? [body] : body) {
      if (signal !== undefined) throwIfAborted(signal)
      size += piece.length
      if (this.#bytes + size > this.#maxBytes)
        throw new DataLabError(
          'STORAGE_FULL',
          `The memory storage is full: it holds at most ${this.#maxBytes} bytes. Raise maxBytes, or use files.`,
        )
      pieces.push(piece.slice())
    }
    if (signal !== undefined) throwIfAborted(signal)
    return Buffer.concat(pieces, size)
  }

  #remove(key: string): void {
    this.#bytes -= this.#objects.get(key)?.bytes.length ?? 0
    this.#objects.delete(key)
  }
}
