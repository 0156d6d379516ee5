import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const MACHINE_HOST = new URL('../hosts/machine-host.mjs', import.meta.url)

const LIMIT_MS = 60_000

/** A host in a process of its own. */
export class HostProcess {
  #child
  #messages = []
  #exit

  /**
   * @param {string} folder that it shares with others
   * @param {string[]} words of its command line
   * @param {URL} program which tells what happens
   */
  constructor(folder, words, program = MACHINE_HOST) {
    this.#child = fork(fileURLToPath(program), words, { env: { ...process.env, DATALAB_BENCH_FOLDER: folder } })
    this.#child.on('message', (message) => this.#messages.push(message))
    this.#exit = once(this.#child, 'exit')
  }

  /**
   * Waits until it tells something of this kind. Fails, and ends it, when it ends before, or does not tell for a minute.
   *
   * @param {string} kind
   */
  async told(kind) {
    const ended = this.#exit.then(() => 'ended')
    const limit = AbortSignal.timeout(LIMIT_MS)
    const late = once(limit, 'abort').then(() => 'said nothing else for a minute')
    for (;;) {
      const found = this.#messages.find((message) => message.kind === kind)
      if (found !== undefined) return found
      const failure = await Promise.race([once(this.#child, 'message').then(() => undefined), ended, late])
      if (failure === undefined) continue
      this.#child.kill('SIGKILL')
      throw new Error(`A host ${failure} before it told '${kind}'.`)
    }
  }

  /** Ends it as `kill -9` does. Resolves to the moment, in nanoseconds of the clock that processes share. */
  async kill() {
    const at = process.hrtime.bigint()
    this.#child.kill('SIGKILL')
    await this.#exit
    return at
  }

  /** Resolves when it has ended by itself. */
  async ended() {
    const [code] = await this.#exit
    if (code !== 0) throw new Error(`A host ended with code ${code}.`)
  }
}
