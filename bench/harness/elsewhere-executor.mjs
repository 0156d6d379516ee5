import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../hosts/telling-host.mjs', import.meta.url))

/** Has the jobs of Telling run by a host in another process, which is started with the first. This one only watches. */
export class ElsewhereExecutor {
  supports = { isolation: false, preemption: false }
  #child
  #number = 0

  start() {}

  /** Jobs come in the order of their numbers, from 0. */
  async submit() {
    this.#child ??= fork(program)
    this.#child.send(this.#number++)
  }

  async abort() {}

  async drain() {}

  async close() {
    if (this.#child === undefined) return
    const exit = once(this.#child, 'exit')
    this.#child.disconnect()
    await exit
  }
}
