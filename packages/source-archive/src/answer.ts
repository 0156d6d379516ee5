import type { Deadline } from './deadline.js'
import { brokenOff, type RequestFacts, unavailable, unusable } from './source-error.js'

/** A service's answer whose status is right, and whose body is still to come: use it up, or {@link discard} it. */
export class Answer {
  constructor(
    private readonly response: Response,
    private readonly deadline: Deadline,
    private readonly signal: AbortSignal | undefined,
    readonly facts: RequestFacts,
  ) {}

  get status(): number {
    return this.response.status
  }

  header(name: string): string | null {
    return this.response.headers.get(name)
  }

  /** How many bytes are announced. */
  get length(): number | undefined {
    const text = this.header('content-length') ?? ''
    return /^\d{1,15}$/.test(text) ? Number(text) : undefined
  }

  /**
   * The body, in pieces.
   *
   * @throws SOURCE_UNAVAILABLE when it breaks off, nothing comes for too long, or it has not the length announced; DATALAB_ABORTED.
   */
  async *chunks(): AsyncGenerator<Uint8Array, void, void> {
    let received = 0
    try {
      const reader = this.response.body?.getReader()
      while (reader !== undefined) {
        const { done, value } = await this.#during(reader.read())
        if (done) break
        received += value.length
        yield value
      }
    } finally {
      this.discard()
    }
    this.#checkLength(received)
  }

  /** Ends the request, whatever of its body has come. */
  discard(): void {
    this.deadline.end()
  }

  async #during<Value>(awaited: Promise<Value>): Promise<Value> {
    try {
      return await this.deadline.during(awaited)
    } catch (error) {
      throw brokenOff(this.facts, error, this.deadline, this.signal)
    }
  }

  #checkLength(received: number): void {
    if (this.length === undefined || this.length === received || this.header('content-encoding') !== null) return
    throw unavailable(this.facts, `sent ${received} bytes instead of ${this.length}`)
  }
}

/**
 * An answer's body as JSON.
 *
 * @throws SOURCE_UNAVAILABLE when it is none, or longer than `limit` bytes.
 */
export async function readJson(answer: Answer, limit: number): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer.chunks()) {
    length += chunk.length
    if (length > limit) throw unusable(answer.facts, `${answer.facts.host} answers with more than ${limit} bytes`)
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw unavailable(answer.facts, 'answers with what is no JSON')
  }
}
