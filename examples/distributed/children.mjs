import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'

/** The processes that were started here. However this one ends, they end with it: each by its own id. */
export class Children {
  #all = new Set()

  constructor() {
    process.once('exit', () => {
      for (const child of this.#all) child.kill('SIGKILL')
    })
    for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => process.exit(130))
  }

  /** Starts a program that goes on; what it has to complain about is shown with `shown`. */
  start(command, parameters, { env = process.env, shown = false } = {}) {
    const child = spawn(command, parameters, { env, stdio: ['ignore', 'pipe', shown ? 'inherit' : 'ignore'] })
    this.#all.add(child)
    child.once('exit', () => this.#all.delete(child))
    child.once('error', () => this.#all.delete(child))
    return child
  }

  /** Starts one of Node; resolves with it and the first line that it says. */
  async startNode(script, parameters, env) {
    const child = this.start(process.execPath, ['--no-warnings', script, ...parameters], { env, shown: true })
    for await (const line of createInterface({ input: child.stdout })) {
      child.stdout.resume()
      return { child, line }
    }
    throw new Error(`${script} did not start`)
  }

  /** Asks one to end; resolves with its exit code, null where it was killed. */
  async end(child) {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    }
    return child.exitCode
  }
}

/** A port of this machine that nobody listens at. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
