import type { AllowedHosts } from './allowed-hosts.js'
import { Answer } from './answer.js'
import { Deadline, type Wait } from './deadline.js'
import { retryAfterMs } from './retry.js'
import { brokenOff, type RequestFacts, statusError, unusable } from './source-error.js'

/** What all requests have in common. */
export interface HttpClientSettings {
  readonly fetch: typeof fetch
  readonly wait: Wait
  readonly timeoutMs: number
  readonly hosts: AllowedHosts
  /** The origin that tokens are for. */
  readonly origin: string
}

/** One request. */
export interface HttpRequest {
  /** The file it is made for, for messages. */
  readonly file: string
  /** Sent to the client's own origin, and to no other. */
  readonly token: string | undefined
  readonly headers: Readonly<Record<string, string>>
  /** The statuses that are no errors. */
  readonly accepts: readonly number[]
  readonly signal: AbortSignal | undefined
}

const MAX_REDIRECTS = 5
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]

interface Hop {
  readonly response: Response
  readonly url: URL
}

/** Gets what lies at addresses of allowed hosts, within a time limit. It tries once; errors say whether again is worth it. */
export class HttpClient {
  constructor(private readonly settings: HttpClientSettings) {}

  /**
   * Sends a request, and follows where it is redirected to.
   *
   * @throws SOURCE_NOT_FOUND, SOURCE_FORBIDDEN, SOURCE_UNAVAILABLE, DATALAB_ABORTED.
   */
  async get(url: URL, request: HttpRequest): Promise<Answer> {
    const deadline = new Deadline(this.settings.timeoutMs, this.settings.wait, request.signal)
    try {
      const hop = await this.#follow(url, request, deadline)
      const facts = { file: request.file, host: hop.url.host }
      const { status, headers } = hop.response
      if (!request.accepts.includes(status)) throw statusError(facts, status, retryAfterMs(headers.get('retry-after')))
      return new Answer(hop.response, deadline, request.signal, facts)
    } catch (error) {
      deadline.end()
      throw error
    }
  }

  async #follow(start: URL, request: HttpRequest, deadline: Deadline): Promise<Hop> {
    let url = start
    let { token } = request
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const facts = { file: request.file, host: url.host.slice(0, 100) }
      const objection = this.settings.hosts.objection(url)
      if (objection !== undefined) throw unusable(facts, objection)
      // For good: what another origin sends back to this one is not this user's wish.
      if (url.origin !== this.settings.origin) token = undefined
      const response = await this.#fetch(url, headersOf(request, token), facts, deadline, request.signal)
      if (!REDIRECTS.includes(response.status)) return { response, url }
      response.body?.cancel().catch(() => {})
      url = targetOf(response, url, facts)
    }
    throw unusable({ file: request.file, host: start.host }, `${start.host} redirects more than ${MAX_REDIRECTS} times`)
  }

  async #fetch(
    url: URL,
    headers: Record<string, string>,
    facts: RequestFacts,
    deadline: Deadline,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    try {
      const { fetch } = this.settings
      return await deadline.during(fetch(url.href, { headers, redirect: 'manual', signal: deadline.signal }))
    } catch (error) {
      throw brokenOff(facts, error, deadline, signal)
    }
  }
}

function headersOf(request: HttpRequest, token: string | undefined): Record<string, string> {
  return { ...request.headers, ...(token === undefined ? {} : { authorization: `Token ${token}` }) }
}

function targetOf(response: Response, from: URL, facts: RequestFacts): URL {
  const location = response.headers.get('location')
  if (location === null || !URL.canParse(location, from.href))
    throw unusable(facts, `${facts.host} redirects to nowhere`)
  return new URL(location, from)
}
