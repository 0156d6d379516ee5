import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** Stands between a worker and an S3 server, and stops it at the commit of its result: the put of a manifest. */
export class StorageProxy {
  #hold: () => void = () => {}
  #let: () => void = () => {}
  /** Resolves when the put has come. */
  readonly held = new Promise<void>((resolve) => {
    this.#hold = resolve
  })
  readonly #isLet = new Promise<void>((resolve) => {
    this.#let = resolve
  })

  private constructor(
    private readonly target: URL,
    private readonly when: 'before' | 'after',
  ) {}

  /** One that holds the put `before` the server has it, or its answer, `after` the server has done it. */
  static async start(endpoint: string, when: 'before' | 'after'): Promise<{ proxy: StorageProxy; url: string }> {
    const proxy = new StorageProxy(new URL(endpoint), when)
    const server = createServer((incoming, response) => void proxy.#pass(incoming, response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      proxy.let()
      server.close()
      server.closeAllConnections()
    })
    return { proxy, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  }

  /** Lets go on what was held. */
  let(): void {
    this.#let()
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers, method, url = '' } = incoming
    const isCommit = method === 'PUT' && new URL(url, 'http://s3').pathname.endsWith('/record.json')
    const body = await bytesOf(incoming)
    if (isCommit && this.when === 'before') await this.#wait()
    const { hostname, port } = this.target
    // With the host that the client named, which it has signed.
    const onward = request({ hostname, port, method, path: url, headers, setHost: false }, async (answer) => {
      if (isCommit && this.when === 'after') await this.#wait()
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    onward.end(body)
  }

  async #wait(): Promise<void> {
    this.#hold()
    await this.#isLet
  }
}

async function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of incoming) parts.push(part)
  return Buffer.concat(parts)
}
