import {
  type ExecutorHost,
  type PerformRequest,
  type RunAnswer,
  type Runner,
  type RunReporter,
  type RunTicket,
  silentLogger,
} from '@datalab/core'
import { turn } from './expectations.js'

const SILENT: RunReporter = { progress() {}, message() {}, warn() {}, async output() {} }

/** How long the suite waits for what should happen at once; less than a test may take. */
const PATIENCE_MS = 3000

/** A runner whose runs go on until the test ends them, or their signal is aborted. */
export class RunStage {
  /** What was begun, in order; what was aborted before with a `!`. */
  readonly begun: string[] = []
  /** What was brought, in the same order. */
  readonly tickets: RunTicket[] = []
  /** What has ended, in order. */
  readonly ended: string[] = []
  /** How many runs of an operation may go on at once, where that is limited. */
  readonly limits = new Map<string, number>()
  /** What a run that is aborted waits for before it ends. */
  ending: Promise<void> | undefined
  readonly reasons: unknown[] = []
  /** What the next run that ends answers. */
  answer: RunAnswer = {}
  /** What the runs have the executor perform, in the place of waiting. */
  request: PerformRequest | undefined
  /** What came of it. */
  readonly performed: PromiseSettledResult<unknown>[] = []
  readonly #gates = new Map<string, () => void>()
  #isOver = false

  readonly host: ExecutorHost = { log: silentLogger, concurrencyOf: (operationId) => this.limits.get(operationId) }

  readonly runner: Runner = async (ticket, signal, perform) => {
    const { key } = ticket
    this.tickets.push(ticket)
    this.begun.push(signal.aborted ? `${key}!` : key)
    if (this.request !== undefined && perform !== undefined)
      this.performed.push(...(await Promise.allSettled([perform(this.request, SILENT, signal)])))
    else if (!signal.aborted && !this.#isOver) await this.#gate(key, signal)
    if (signal.aborted) {
      this.reasons.push(signal.reason)
      await this.ending
    }
    const { answer } = this
    this.answer = {}
    this.ended.push(key)
    return answer
  }

  #gate(key: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#gates.set(key, resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  /** Ends the run of this job, and lets what can go on do so. */
  async end(key: string): Promise<void> {
    this.#gates.get(key)?.()
    await turn()
  }

  endAll(): void {
    this.#isOver = true
    for (const end of this.#gates.values()) end()
  }

  /** Resolves when so many runs have begun. */
  hasBegun(count: number): Promise<void> {
    return until(() => this.begun.length >= count)
  }

  /** Resolves when so many runs were performed by the executor. */
  hasPerformed(count: number): Promise<void> {
    return until(() => this.performed.length >= count)
  }
}

/** A ticket for a job of this key. */
export function ticket(key: string, priority = 0, operationId = '@test/op'): RunTicket {
  return { key, operationId, priority }
}

/** Waits for a condition, and gives up after a while: what follows then says what is missing. */
async function until(isTrue: () => boolean): Promise<void> {
  const start = Date.now()
  while (!isTrue() && Date.now() - start < PATIENCE_MS) await turn()
  await turn()
}
