import { errorFromJSON, type RunReporter, type SerializedError, type StoredOutput } from '@datalab/core'
import type { ChildMessage } from './process-messages.js'

/** What a run tells of itself is sent no more often than this, in milliseconds. */
const INTERVAL = 50

const MAX_TEXT = 2000

interface Pending {
  resolve(): void
  reject(error: unknown): void
}

/** Sends to the host what a run tells of itself. It is sent at once where it can be, since an operation that computes lets nothing else happen. */
export class RelayReporter implements RunReporter {
  readonly #warnings = new Set<string>()
  readonly #writes = new Map<number, Pending>()
  #pending: { progress?: number; message?: string; warnings: string[] } = { warnings: [] }
  #sent = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #written = 0

  constructor(
    private readonly run: number,
    private readonly send: (message: ChildMessage) => void,
  ) {}

  progress(progress: number): void {
    this.#pending.progress = progress
    this.#report()
  }

  message(text: string): void {
    this.#pending.message = shortened(text)
    this.#report()
  }

  warn(text: string): void {
    const warning = shortened(text)
    if (this.#warnings.has(warning)) return
    this.#warnings.add(warning)
    this.#pending.warnings.push(warning)
    this.#report()
  }

  waiting(isWaiting: boolean): void {
    this.flush()
    this.send({ kind: 'wait', run: this.run, isWaiting })
  }

  /** Resolves when the host has written it. */
  output(output: StoredOutput): Promise<void> {
    this.flush()
    return new Promise((resolve, reject) => {
      const write = ++this.#written
      this.#writes.set(write, { resolve, reject })
      this.send({ kind: 'write', run: this.run, write, output })
    })
  }

  /** Takes the host's answer to a write. */
  settle(write: number, error: SerializedError | undefined): void {
    const pending = this.#writes.get(write)
    this.#writes.delete(write)
    if (error === undefined) pending?.resolve()
    else pending?.reject(errorFromJSON(error))
  }

  /** Sends what has not been sent yet. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const pending = this.#pending
    if (Object.keys(pending).length === 1 && pending.warnings.length === 0) return
    this.#pending = { warnings: [] }
    this.#sent = performance.now()
    this.send({ kind: 'report', run: this.run, ...pending })
  }

  #report(): void {
    const wait = this.#sent + INTERVAL - performance.now()
    if (wait <= 0) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), wait)
  }
}

function shortened(text: string): string {
  return String(text).slice(0, MAX_TEXT)
}
