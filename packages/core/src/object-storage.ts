import type { ByteSource } from './byte-source.js'
import { DataLabError } from './errors.js'

/** How far something is shared: by what runs in this process, on this machine, or on every machine of the fleet. */
export type Reach = 'process' | 'machine' | 'fleet'

/** The bytes of an object: all at once, or in pieces. A piece is used up before the next one is asked for. */
export type ObjectBody = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/** On what condition and how an object is put. */
export interface PutOptions {
  /** Media type; by the key's extension where absent, and always in a storage that keeps none, as a file system's does. */
  contentType?: string
  /** `*`: only if no object has this key. */
  ifNoneMatch?: '*'
  /** Only if the object of this key has this etag. */
  ifMatch?: string
  /** Aborted: the put fails at once, whatever the body is waiting for, and leaves nothing. */
  signal?: AbortSignal
}

/** What a storage says of an object. */
export interface ObjectInfo {
  readonly key: string
  /** In bytes. */
  readonly size: number
  /** Another one for each version of the object. */
  readonly etag: string
  readonly contentType: string
  readonly modified: Date
}

/** One page of a list, and where the next begins. */
export interface ObjectPage {
  readonly objects: readonly ObjectInfo[]
  readonly cursor?: string
}

/** What a storage can do beyond the least, for the host that chooses one and the suite that tests it. */
export interface StorageSupports {
  /**
   * An open source gives the bytes of its version whatever becomes of the object. Without this its reads may fail with SOURCE_CHANGED once the
   * object was replaced or deleted; they never give other bytes.
   */
  readonly snapshots: boolean
}

/** Which page of a list. */
export interface ListOptions {
  /** Where the page before ended. */
  cursor?: string
  /** Objects a page; 1000 by default, and at most. */
  limit?: number
}

/**
 * Keeps objects: whole, by key. What is not there is `undefined`, never an error.
 *
 * Errors: STORAGE_KEY_INVALID for keys that are none (see `isObjectKey`); STORAGE_KEY_CONFLICT for a key that cannot be beside another one;
 * STORAGE_PRECONDITION_FAILED when a put's condition does not hold; STORAGE_FORBIDDEN; STORAGE_UNAVAILABLE (retryable); STORAGE_FULL;
 * STORAGE_CORRUPT. What a body throws is thrown as it is.
 *
 * Do not use one key as another's folder (`a` and `a/b`): a storage may keep both, or refuse the second with STORAGE_KEY_CONFLICT, since on a
 * file system a file is no folder.
 */
export interface ObjectStorage {
  readonly reach: Reach
  /** All of it, where absent. */
  readonly supports?: StorageSupports
  /**
   * Puts an object, in the place of the one of this key where there is one. It is there as a whole, for all readers at once, or not at all.
   * Of several puts with a condition that holds for each of them alone, one succeeds.
   */
  put(key: string, body: ObjectBody, options?: PutOptions): Promise<ObjectInfo>
  /**
   * Opens the version that is there now, and stays with it whatever happens to the object (see {@link StorageSupports.snapshots}). Its
   * identity is the version's etag. The caller closes it.
   */
  open(key: string): Promise<ByteSource | undefined>
  head(key: string): Promise<ObjectInfo | undefined>
  /** Deletes objects; those that are not there are no error. One invalid key among them, and none is deleted. */
  delete(keys: string | readonly string[]): Promise<void>
  /**
   * The objects whose keys begin with `prefix`, which is any text: `a/b` finds `a/bc` too. Sorted by key, by code units, a page at a time.
   * What is put or deleted while the pages are read may be among them or not; everything else is there once.
   */
  list(prefix: string, options?: ListOptions): Promise<ObjectPage>
  /** Where a front end finds the object: minted now, and not for ever. Whether it is there is not looked up. */
  url(key: string): Promise<string>
  close?(): Promise<void>
}

/** Objects a page where nobody says. */
const PAGE_SIZE = 1000

const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['fits', 'application/fits'],
  ['fz', 'application/fits'],
  ['jpeg', 'image/jpeg'],
  ['jpg', 'image/jpeg'],
  ['json', 'application/json'],
  ['png', 'image/png'],
  ['tif', 'image/tiff'],
  ['tiff', 'image/tiff'],
])

/** The media type of an object by its key's extension, in capitals or not (FITS: RFC 4047). */
export function contentTypeOf(key: string): string {
  const extension = /\.([^./]+)$/.exec(key)?.[1]?.toLowerCase() ?? ''
  return CONTENT_TYPES.get(extension) ?? 'application/octet-stream'
}

/** The error of a put whose condition does not hold. */
export function preconditionFailed(key: string, options: PutOptions): DataLabError {
  const why =
    options.ifMatch === undefined ? 'there is an object of this key already' : 'the object has another version by now'
  return new DataLabError('STORAGE_PRECONDITION_FAILED', `The object ${key} was not put: ${why}.`, { details: { key } })
}

/** A list's options, checked. */
export function pageOf(options: ListOptions = {}): { cursor: string; limit: number } {
  const { cursor = '', limit = PAGE_SIZE } = options
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new TypeError(`A page of ${limit} objects cannot be listed; give 1 to ${PAGE_SIZE}.`)
  return { cursor, limit: Math.min(limit, PAGE_SIZE) }
}
