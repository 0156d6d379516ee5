import {
  type ByteSource,
  checkedObjectKey,
  type ListOptions,
  type ObjectBody,
  type ObjectInfo,
  type ObjectPage,
  type ObjectStorage,
  type PutOptions,
} from '@datalab/core'
import { Bucket } from './bucket.js'
import { ConditionCheck } from './condition-check.js'
import { deleteObjects } from './delete-objects.js'
import { explained } from './explained.js'
import { listObjects } from './list-objects.js'
import { infoOf } from './object-info.js'
import { openObject } from './object-source.js'
import { objectUrl } from './object-url.js'
import { putObject } from './put-object.js'
import type { S3StorageOptions } from './s3-storage-options.js'
import { settingsOf } from './settings.js'

/**
 * Objects in a bucket of Amazon S3, or of a server that speaks its language: the object `a/b.fits` is `<prefix>/a/b.fits`.
 *
 * Two versions of the same bytes have the same etag. The content type that a put is given is kept, and is what a URL delivers where the key
 * tells none; what this storage says of an object goes by the key. URLs are presigned, and end.
 *
 * Errors say what S3 refused and what to do about it. They carry no credentials, and no addresses that grant access.
 */
export class S3Storage implements ObjectStorage {
  readonly reach = 'fleet'
  readonly supports = { snapshots: false }
  readonly #bucket: Bucket
  readonly #conditions: ConditionCheck
  #closing: Promise<void> | undefined

  /**
   * Nothing is asked of S3 yet.
   *
   * @throws TypeError when an option is not what it should be.
   * @example const storage = new S3Storage({ bucket: 'results', prefix: 'night1', region: 'eu-west-1' })
   */
  constructor(options: S3StorageOptions) {
    this.#bucket = new Bucket(settingsOf(options))
    this.#conditions = new ConditionCheck(this.#bucket)
  }

  /**
   * Puts an object; bodies that do not fit a part go up in parts, of which a few are in memory. An abort that comes when the last request is on
   * its way is too late where S3 says within half a second that the object is there; where it says nothing, it may be there nevertheless.
   */
  async put(key: string, body: ObjectBody, options: PutOptions = {}): Promise<ObjectInfo> {
    this.#check(key)
    return putObject({ bucket: this.#bucket, conditions: this.#conditions }, key, body, options)
  }

  /** Opens the version that is there now. Objects of up to 256 KiB are read at once; of larger ones, what is asked for when it is. */
  async open(key: string): Promise<ByteSource | undefined> {
    this.#check(key)
    return openObject(this.#bucket, key)
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    this.#check(key)
    try {
      const head = await this.#bucket.head(key)
      return head && infoOf(key, head)
    } catch (error) {
      throw explained(error, { bucket: this.#bucket, key, action: 'look up' })
    }
  }

  async delete(keys: string | readonly string[]): Promise<void> {
    const all = [keys].flat()
    this.#check(...all)
    await deleteObjects(this.#bucket, [...new Set(all)])
  }

  async list(prefix: string, options?: ListOptions): Promise<ObjectPage> {
    this.#check()
    return listObjects(this.#bucket, prefix, options)
  }

  /** A presigned URL: good for `urlLife` seconds, or until the credentials end that made it. */
  async url(key: string): Promise<string> {
    this.#check(key)
    return objectUrl(this.#bucket, key)
  }

  /** Lets go of the client, and destroys it unless it was handed in. Closing twice is harmless. */
  close(): Promise<void> {
    this.#closing ??= this.#bucket.close()
    return this.#closing
  }

  #check(...keys: readonly string[]): void {
    if (this.#closing !== undefined) throw new TypeError('This storage is closed; make another one.')
    keys.forEach(checkedObjectKey)
  }
}
