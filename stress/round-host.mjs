import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A program of a round as a process. */
export class RoundHost {
  #child
  #exit
  #said = ''

  /**
   * @param {string} program beside this file
   * @param {Record<string, string>} env
   */
  constructor(program, env) {
    const path = fileURLToPath(new URL(program, import.meta.url))
    this.#child = spawn(process.execPath, [path], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on('data', (text) => {
        this.#said = (this.#said + text).slice(-4000)
      })
    }
    this.#exit = once(this.#child, 'close').then(([code, signal]) => ({ code, signal, said: this.#said }))
  }

  get pid() {
    return this.#child.pid
  }

  get hasEnded() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** How it ended, and what it said. */
  get exit() {
    return this.#exit
  }

  signal(name) {
    this.#child.kill(name)
  }
}
