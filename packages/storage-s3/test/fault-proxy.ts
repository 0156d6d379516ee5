import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { endpoint } from './server.js'

/** A request on its way to the server, and what may be done to it. */
interface Passage {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Sends the request on, with this body or its own; what the server answers. */
  forward(body?: Uint8Array): Promise<Answer>
}

/** What the server answered. */
interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export type Fault = (passage: Passage) => unknown

interface Trap {
  readonly matches: (line: string) => boolean
  readonly fault: Fault
}

/** Stands between a client and the real server, on loopback, and does to requests what networks and servers do. */
export class FaultProxy {
  /** Method and path of each request, in order. */
  readonly lines: string[] = []
  readonly headers: IncomingMessage['headers'][] = []
  readonly #traps: Trap[] = []
  #port = 0

  static async start(): Promise<FaultProxy> {
    const proxy = new FaultProxy()
    const server = createServer((incoming, outgoing) => proxy.#pass(incoming, outgoing))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    proxy.#port = (server.address() as AddressInfo).port
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    return proxy
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Does these, one each, to the next requests whose method and path match. */
  befall(pattern: RegExp, ...faults: Fault[]): void {
    for (const fault of faults) this.#traps.push({ matches: (line) => pattern.test(line), fault })
  }

  /** How many faults have not befallen anything. */
  get waiting(): number {
    return this.#traps.length
  }

  count(pattern: RegExp): number {
    return this.lines.filter((line) => pattern.test(line)).length
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const line = `${incoming.method} ${incoming.url}`
    this.lines.push(line)
    this.headers.push(incoming.headers)
    const index = this.#traps.findIndex(({ matches }) => matches(line))
    const [trap] = index < 0 ? [] : this.#traps.splice(index, 1)
    const forward = async (body?: Uint8Array) => answerOf(incoming, body ?? (await buffer(incoming)))
    try {
      await (trap?.fault ?? passed)({ request: incoming, response, forward })
    } catch {
      response.destroy()
    }
  }
}

async function answerOf({ method, url, rawHeaders }: IncomingMessage, body: Uint8Array): Promise<Answer> {
  const { hostname, port } = new URL(endpoint ?? '')
  // As they came, since they are signed.
  const headers = Object.fromEntries(rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name, rawHeaders[i + 1]]] : [])))
  const onward = request({ hostname, port, method, path: url, headers, setHost: false })
  onward.end(body)
  const [answer] = (await once(onward, 'response')) as [IncomingMessage]
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await buffer(answer) }
}

/** As it should be. */
const passed: Fault = async ({ response, forward }) => {
  const { status, headers, body } = await forward()
  response.writeHead(status, headers).end(body)
}

/** Answers for the server, which is not asked. */
export const answer =
  (status: number, code?: string, headers: Record<string, string> = {}): Fault =>
  async ({ request, response }) => {
    await buffer(request)
    const xml = code === undefined ? '' : `<?xml version="1.0"?><Error><Code>${code}</Code><Message>m</Message></Error>`
    response.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(xml)
  }

/** Breaks the connection before anything is read. */
export const reset: Fault = ({ request }) => void request.socket.resetAndDestroy()

/** Breaks the connection while the request's body is on its way. */
export const cutUpload: Fault = ({ request }) => {
  request.once('data', () => request.socket.resetAndDestroy())
}

/** The server has done it, and its answer is lost. */
export const loseAnswer: Fault = async ({ request, forward }) => {
  await forward()
  request.socket.resetAndDestroy()
}

/** The server does not say anything. */
export const silence: Fault = async ({ request }) => {
  await buffer(request)
}

/** A byte of the request's body is another one when it arrives. */
export const damage: Fault = async ({ request, response, forward }) => {
  const body = await buffer(request)
  body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1
  const { status, headers, body: text } = await forward(body)
  response.writeHead(status, headers).end(text)
}

/** Sends the beginning of an answer's body, and then this happens. */
export const beginning =
  (bytes: number, then: 'reset' | 'end' | 'silence'): Fault =>
  async ({ request, response, forward }) => {
    const { status, headers, body } = await forward()
    response.writeHead(status, headers)
    response.write(body.subarray(0, bytes), () => {
      if (then === 'reset') request.socket.resetAndDestroy()
      else if (then === 'end') request.socket.end()
    })
  }

/** Sends so many bytes of an answer's body, or more than it has, as if that were all of it. */
export const wrongLength =
  (bytes: number): Fault =>
  async ({ response, forward }) => {
    const { status, headers, body } = await forward()
    const other = Buffer.concat([body, Buffer.alloc(Math.max(0, bytes - body.length))]).subarray(0, bytes)
    response.writeHead(status, { ...headers, 'content-length': other.length }).end(other)
  }

/** Sends an answer in small pieces. */
export const slowly: Fault = async ({ response, forward }) => {
  const { status, headers, body } = await forward()
  response.writeHead(status, headers)
  for (let start = 0; start < body.length; start += 1000) {
    response.write(body.subarray(start, start + 1000))
    await new Promise((resolve) => setImmediate(resolve))
  }
  response.end()
}

/** Another protocol. */
export const nonsense: Fault = ({ request }) => void request.socket.end('SSH-2.0-OpenSSH_9.9\r\n')
