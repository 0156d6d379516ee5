import { randomUUID } from 'node:crypto'
import { BodyParts } from './body-parts.js'
import type { Bucket } from './bucket.js'
import { unlessAborted } from './deadline.js'
import { MultipartUpload } from './multipart-upload.js'
import type { Condition, PutRequest } from './put-request.js'
import { contentOf, putWhole } from './put-whole.js'
import { isFailure } from './s3-failure.js'

/** A condition as a server understands it; empty for none. */
export interface ConditionHeaders {
  readonly IfNoneMatch?: '*'
  readonly IfMatch?: string
}

/** How an object is put: with one request, or in parts. */
type Way = 'whole' | 'parts'
type EtagForm = (etag: string) => string

/** As the standard has it; and as Ceph wants it. */
const FORMS: readonly EtagForm[] = [(etag) => etag, (etag) => etag.replaceAll('"', '')]
/** An etag that nothing has. */
const NOBODYS_ETAG = '"00000000000000000000000000000000"'

/**
 * Finds out, once for each way, how a server has to be told the conditions of puts, and whether it minds them: one that takes no notice of
 * them would have writers overwrite each other without anybody being told. Ceph minds them when an object comes whole, and some of its
 * versions do not when parts are put together.
 */
export class ConditionCheck {
  readonly #known = new Map<string, Promise<EtagForm | undefined>>()

  constructor(private readonly bucket: Bucket) {}

  /**
   * A put's condition for the server; undefined where it takes no notice.
   *
   * @throws S3Failure; DATALAB_ABORTED.
   */
  async headers(way: Way, { condition, signal }: PutRequest): Promise<ConditionHeaders | undefined> {
    if (condition === undefined) return {}
    const form = await unlessAborted(this.#form(way, condition.kind), signal)
    return form && headersOf(condition, form)
  }

  #form(way: Way, kind: Condition['kind']): Promise<EtagForm | undefined> {
    const name = `${way} ${kind}`
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const probe = this.#probe(way, kind)
    this.#known.set(name, probe)
    // What could not be found out is asked again the next time.
    probe.catch(() => this.#known.delete(name))
    return probe
  }

  /** Puts an object where nobody's list shows it, since its name is no key; what it takes to replace it tells the rest. */
  async #probe(way: Way, kind: Condition['kind']): Promise<EtagForm | undefined> {
    const key = `.datalab/probe-${randomUUID()}`
    const { etag } = await this.#put('whole', key, {})
    try {
      const [form = (same: string) => same] = FORMS
      const fails: Condition = kind === 'absent' ? { kind } : { kind, etag: NOBODYS_ETAG }
      if (await this.#isPut(way, key, headersOf(fails, form))) return undefined
      return kind === 'absent' ? form : await this.#formThatHolds(way, key, etag)
    } catch (error) {
      // It says so itself.
      if (isFailure(error, 'refused') && error.status === 501) return undefined
      throw error
    } finally {
      await this.#delete(key)
    }
  }

  async #formThatHolds(way: Way, key: string, etag: string): Promise<EtagForm | undefined> {
    for (const form of FORMS) if (await this.#isPut(way, key, { IfMatch: form(etag) })) return form
    return undefined
  }

  async #isPut(way: Way, key: string, condition: ConditionHeaders): Promise<boolean> {
    try {
      await this.#put(way, key, condition)
      return true
    } catch (error) {
      if (isFailure(error, 'precondition', 'missing')) return false
      throw error
    }
  }

  /** Puts the same bytes always, so that the etag stays. */
  #put(way: Way, key: string, condition: ConditionHeaders) {
    const put = { key, id: randomUUID(), contentType: 'application/octet-stream' }
    const bytes = Buffer.from('probe')
    if (way === 'whole') return putWhole(this.bucket, put, condition, contentOf(bytes))
    const stop = new AbortController()
    const memory = new BodyParts(bytes.length)
    const parts = memory.of(bytes, stop.signal)
    return new MultipartUpload(this.bucket, put, condition).run({ parts, memory, stop, signal: stop.signal })
  }

  async #delete(key: string): Promise<void> {
    const place = { Bucket: this.bucket.name, Key: this.bucket.nameOf(key) }
    await this.bucket.request(({ DeleteObjectCommand }) => new DeleteObjectCommand(place)).catch(() => {})
  }
}

function headersOf(condition: Condition, form: EtagForm): ConditionHeaders {
  return condition.kind === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: form(condition.etag) }
}
