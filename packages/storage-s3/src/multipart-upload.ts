import type { CompletedPart } from '@aws-sdk/client-s3'
import type { BodyParts, Part } from './body-parts.js'
import { type Bucket, checkedEtag } from './bucket.js'
import { md5Of, multipartEtag } from './checksum.js'
import type { ConditionHeaders } from './condition-check.js'
import { unlessAborted } from './deadline.js'
import { decisively } from './decisively.js'
import { tooLarge } from './explained.js'
import { MOST_OBJECT_BYTES, MOST_PARTS } from './part-size.js'
import { objectHeaders, type PutAnswer, type PutRequest } from './put-request.js'
import { isFailure } from './s3-failure.js'

/** How often an upload is ended: parts that were on their way may come in after the first time. */
const MOST_ABORTS = 3
/** How long a failed put waits for its upload to be ended; that goes on then, and the put does not. */
const PATIENCE_MS = 2_000

/** What the parts of an upload come from, and how they are stopped. */
export interface PartSource {
  readonly parts: AsyncIterable<Part>
  readonly memory: Pick<BodyParts, 'release'>
  /** Ends the body when a part fails. */
  readonly stop: AbortController
  /** Aborted when the put is, or the body is stopped. */
  readonly signal: AbortSignal
}

/** One multipart upload: parts go up while the body goes on, and the object appears when they are put together, or not at all. */
export class MultipartUpload {
  readonly #sent: (CompletedPart & { readonly PartNumber: number; readonly md5: Buffer })[] = []
  readonly #onTheirWay = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | undefined
  #size = 0

  constructor(
    private readonly bucket: Bucket,
    private readonly put: PutRequest,
    private readonly condition: ConditionHeaders,
  ) {}

  /** Bytes that went up. */
  get size(): number {
    return this.#size
  }

  /**
   * Uploads a body. When that fails, no parts are left behind.
   *
   * @throws S3Failure; DATALAB_ABORTED; BodyFailure with what the body throws; STORAGE_FULL for what S3 cannot keep.
   */
  async run(source: PartSource): Promise<PutAnswer> {
    const id = await this.#create()
    try {
      await this.#sendAll(id, source)
      return await decisively(this.bucket, this.put, (signal) => this.#complete(id, signal))
    } catch (error) {
      await this.#abandon(id, source.stop)
      throw error
    }
  }

  /** Begins the upload. It is not cut short when the put is aborted: an upload that nobody knows of would stay. */
  async #create(): Promise<string> {
    const { bucket, put } = this
    const created = bucket.request(
      ({ CreateMultipartUploadCommand }) => new CreateMultipartUploadCommand(objectHeaders(bucket, put)),
    )
    try {
      return (await unlessAborted(created, put.signal)).UploadId ?? ''
    } catch (error) {
      await this.#ended(created.then(({ UploadId = '' }) => this.#abort(UploadId)))
      throw error
    }
  }

  async #sendAll(id: string, source: PartSource): Promise<void> {
    const { partsAtOnce } = this.bucket.settings
    try {
      for await (const part of source.parts) {
        while (this.#onTheirWay.size >= partsAtOnce) await Promise.race(this.#onTheirWay)
        this.#size += part.bytes.length
        this.#checkSize(part)
        this.#start(id, part, source)
      }
      await Promise.all(this.#onTheirWay)
      if (this.#failure !== undefined) throw this.#failure.error
    } catch (error) {
      // A part that failed has stopped the body, which says only that.
      throw this.#failure === undefined ? error : this.#failure.error
    }
  }

  #checkSize({ number }: Part): void {
    const { bucket, put } = this
    if (number > MOST_PARTS || this.#size > MOST_OBJECT_BYTES)
      throw tooLarge({ bucket, key: put.key, action: 'put' }, `the 5 TiB and ${MOST_PARTS} parts that S3 takes`)
  }

  #start(id: string, part: Part, { memory, stop, signal }: PartSource): void {
    const sending = this.#send(id, part, signal)
      .then(() => memory.release(part))
      .finally(() => this.#onTheirWay.delete(sending))
    this.#onTheirWay.add(sending)
    sending.catch((error) => {
      this.#failure ??= { error }
      stop.abort()
    })
  }

  async #send(id: string, { number, bytes }: Part, signal: AbortSignal): Promise<void> {
    const md5 = md5Of(bytes)
    const input = {
      ...this.#place(id),
      PartNumber: number,
      Body: bytes,
      ContentLength: bytes.length,
      ContentMD5: md5.toString('base64'),
    }
    const { ETag, ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumSHA1, ChecksumSHA256 } =
      await this.bucket.request(({ UploadPartCommand }) => new UploadPartCommand(input), { signal })
    const checksums = { ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumSHA1, ChecksumSHA256 }
    this.#sent.push({ PartNumber: number, ETag, ...checksums, md5 })
  }

  async #complete(id: string, signal: AbortSignal | undefined): Promise<string> {
    const sent = this.#sent.sort((a, b) => a.PartNumber - b.PartNumber)
    const input = {
      ...this.#place(id),
      ...this.condition,
      MultipartUpload: { Parts: sent.map(({ md5: _, ...part }) => part) },
    }
    return this.bucket.attempt(
      ({ CompleteMultipartUploadCommand }) => new CompleteMultipartUploadCommand(input),
      signal,
      // Some servers do not say it here.
      async ({ ETag }) => checkedEtag(ETag || multipartEtag(sent.map(({ md5 }) => md5))),
    )
  }

  async #abandon(id: string, stop: AbortController): Promise<void> {
    stop.abort()
    await Promise.allSettled(this.#onTheirWay)
    await this.#ended(this.#abort(id, MOST_ABORTS))
  }

  /** Waits for an end, but not for long. */
  #ended(end: Promise<void>): Promise<void> {
    return this.bucket.atMost(PATIENCE_MS, this.bucket.inBackground(end))
  }

  /** Ends the upload, and frees what its parts take. */
  async #abort(id: string, times = 1): Promise<void> {
    const { bucket } = this
    try {
      for (let i = 0; i < times; i++)
        await bucket.request(({ AbortMultipartUploadCommand }) => new AbortMultipartUploadCommand(this.#place(id)))
    } catch (error) {
      if (!isFailure(error, 'upload', 'missing')) throw error
    }
  }

  #place(id: string) {
    return { Bucket: this.bucket.name, Key: this.bucket.nameOf(this.put.key), UploadId: id }
  }
}
