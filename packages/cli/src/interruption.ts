import { EXIT } from './command-error.js'
import type { Io } from './io.js'
import type { Terminal } from './terminal.js'

/** The wish of the user, or of the system, that a command ends: the first is a signal to it, the second ends the process at once. */
export class Interruption {
  readonly #controller = new AbortController()
  readonly #unsubscribe: () => void

  constructor(
    private readonly io: Io,
    private readonly terminal: Terminal,
  ) {
    this.#unsubscribe = io.onSignal(() => this.#interrupt())
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  [Symbol.dispose](): void {
    this.#unsubscribe()
  }

  #interrupt(): void {
    if (this.signal.aborted) {
      this.terminal.clearStatus()
      this.io.exit(EXIT.cancelled)
    }
    this.#controller.abort()
  }
}
