import { availableParallelism } from 'node:os'
import PQueue from 'p-queue'
import { AbortedError, DataLabError } from './errors.js'
import type { Executor, Runner, RunTicket } from './executor.js'

/** Settings of an {@link InlineExecutor}. */
export interface InlineExecutorOptions {
  /** How many runs go on at once; as many as there are cores by default. */
  concurrency?: number
}

interface Run {
  readonly controller: AbortController
  readonly done: Promise<void>
}

/** Runs operations in this process, on its main thread: for operations one trusts, in scripts, tests, and small hosts. */
export class InlineExecutor implements Executor {
  readonly supports = { isolation: false, preemption: false }
  readonly #queue: PQueue
  readonly #runs = new Map<string, Run>()
  #runner: Runner | undefined
  #isClosed = false

  constructor(options: InlineExecutorOptions = {}) {
    this.#queue = new PQueue({ concurrency: options.concurrency ?? availableParallelism() })
  }

  start(runner: Runner): void {
    if (this.#runner !== undefined)
      throw new TypeError('This executor already works for a host; give each host its own.')
    this.#runner = runner
  }

  async submit(ticket: RunTicket): Promise<void> {
    const runner = this.#runner
    if (runner === undefined) throw new TypeError('Start the executor before submitting to it.')
    if (this.#isClosed) throw new DataLabError('DATALAB_CLOSED', 'The executor is closed and accepts no more runs.')
    const before = this.#runs.get(ticket.key)?.done
    const controller = new AbortController()
    const done = this.#schedule(ticket, controller.signal, async () => {
      await before
      await runner(ticket, controller.signal)
    }).finally(() => this.#forget(ticket.key, controller))
    this.#runs.set(ticket.key, { controller, done })
  }

  async abort(key: string, reason: unknown = new AbortedError()): Promise<void> {
    const run = this.#runs.get(key)
    run?.controller.abort(reason)
    await run?.done
  }

  async drain(): Promise<void> {
    while (this.#runs.size > 0) await Promise.all([...this.#runs.values()].map(({ done }) => done))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#runs.keys()].map((key) => this.abort(key, new AbortedError('the host was closed'))))
  }

  /** A run that is aborted while it waits begins at once: its runner then writes the end of its record, whatever else is going on. */
  async #schedule(ticket: RunTicket, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    let running: Promise<void> | undefined
    const begin = () => {
      running ??= work()
      return running
    }
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(begin()), { once: true })
    })
    await Promise.race([this.#queue.add(begin, { priority: ticket.priority }), aborted])
  }

  #forget(key: string, controller: AbortController): void {
    if (this.#runs.get(key)?.controller === controller) this.#runs.delete(key)
  }
}
