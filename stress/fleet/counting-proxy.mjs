import { once } from 'node:events'
import { createServer, request } from 'node:http'

/** Passes on what an S3 client asks for, unchanged, and counts it: requests by their kind, and bytes of bodies both ways. */
export class CountingProxy {
  #requests = new Map()
  #bytes = { sent: 0, received: 0 }
  #server = createServer((incoming, response) => this.#pass(incoming, response))

  constructor(target) {
    this.target = new URL(target)
  }

  async start() {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${this.#server.address().port}`
  }

  /** What was counted since it was asked the last time. */
  take() {
    const counted = { requests: Object.fromEntries([...this.#requests].sort()), ...this.#bytes }
    this.#requests = new Map()
    this.#bytes = { sent: 0, received: 0 }
    return counted
  }

  close() {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #pass(incoming, response) {
    const { headers, method, url } = incoming
    const kind = method === 'GET' && url.includes('list-type=') ? 'LIST' : method
    this.#requests.set(kind, (this.#requests.get(kind) ?? 0) + 1)
    // With the host that the client named, which it has signed.
    const { hostname, port } = this.target
    const onward = request({ hostname, port, method, path: url, headers, setHost: false }, (answer) => {
      answer.on('data', ({ length }) => {
        this.#bytes.received += length
      })
      response.writeHead(answer.statusCode, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    incoming.on('data', ({ length }) => {
      this.#bytes.sent += length
    })
    incoming.pipe(onward)
  }
}
