import { availableParallelism } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import PQueue from 'p-queue'
import { AbortedError, DataLabError } from './errors.js'
import type { Executor, ExecutorHost, RunAnswer, Runner, RunTicket } from './executor.js'

/** Settings of an {@link InlineExecutor}. */
export interface InlineExecutorOptions {
  /** How many runs go on at once; as many as there are cores by default. */
  concurrency?: number
}

interface Run {
  /** The ticket to be brought to the runner next; none while there is no further use for the run. */
  next: RunTicket | undefined
  /** The turn that is under way, and what ends it. */
  turn: Promise<void>
  controller: AbortController
  /** The end of all turns. */
  done: Promise<void>
  /** Ends the wait for the next turn, where it waits. */
  wake: () => void
}

/** Runs operations in this process, on its main thread: for operations one trusts, in scripts, tests, and small hosts. */
export class InlineExecutor implements Executor {
  readonly supports = { isolation: false, preemption: false }
  readonly concurrency: number
  readonly #queue: PQueue
  /** Those operations of which only so many may run at once, each with the runs that may now. */
  readonly #limited = new Map<string, PQueue>()
  readonly #runs = new Map<string, Run>()
  #runner: Runner | undefined
  #host: ExecutorHost | undefined
  #isClosed = false

  constructor(options: InlineExecutorOptions = {}) {
    this.concurrency = options.concurrency ?? availableParallelism()
    this.#queue = new PQueue({ concurrency: this.concurrency })
  }

  start(runner: Runner, host?: ExecutorHost): void {
    if (this.#runner !== undefined)
      throw new TypeError('This executor already works for a host; give each host its own.')
    this.#runner = runner
    this.#host = host
  }

  async submit(ticket: RunTicket): Promise<void> {
    const runner = this.#runner
    if (runner === undefined) throw new TypeError('Start the executor before submitting to it.')
    if (this.#isClosed) throw new DataLabError('DATALAB_CLOSED', 'The executor is closed and accepts no more runs.')
    const before = this.#runs.get(ticket.key)
    if (before !== undefined) {
      before.next = merged(before.next, ticket)
      before.wake()
      return
    }
    const over = Promise.resolve()
    const run: Run = { next: ticket, controller: new AbortController(), turn: over, done: over, wake: () => {} }
    this.#runs.set(ticket.key, run)
    run.done = this.#bring(ticket.key, run, runner)
  }

  async abort(key: string, reason: unknown = new AbortedError()): Promise<void> {
    const run = this.#runs.get(key)
    run?.controller.abort(reason)
    await run?.turn
  }

  async drain(): Promise<void> {
    while (this.#runs.size > 0) await Promise.all([...this.#runs.values()].map(({ done }) => done))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const reason = new DataLabError('DATALAB_CLOSED', 'the host was closed')
    for (const { controller } of this.#runs.values()) controller.abort(reason)
    await this.drain()
  }

  /**
   * Brings the tickets of a job to the runner until that has no more use for them. What is submitted while a turn is aborted gets a turn of
   * its own: it may be of those who ask anew.
   */
  async #bring(key: string, run: Run, runner: Runner): Promise<void> {
    while (run.next !== undefined && !this.#isClosed) {
      const ticket = run.next
      run.next = undefined
      run.controller = new AbortController()
      run.turn = this.#turn(ticket, run, runner)
      await run.turn
    }
    // In the same turn of the event loop as the look at what is next: nothing can be submitted to a run that is over.
    this.#runs.delete(key)
  }

  /** One turn of a ticket, and the wait for the next where the runner asks for one. */
  async #turn(ticket: RunTicket, run: Run, runner: Runner): Promise<void> {
    const { signal } = run.controller
    const { againInMs } = await this.#queued(ticket, signal, runner)
    if (againInMs === undefined || signal.aborted) return
    if (run.next === undefined) await this.#wait(againInMs, run)
    if (signal.aborted) await runner(ticket, signal)
    else run.next = merged(run.next, ticket)
  }

  /** Waits until the time is over, the turn is aborted, or somebody asks anew: what was waited for may be no more. */
  async #wait(ms: number, run: Run): Promise<void> {
    const woken = new AbortController()
    run.wake = () => woken.abort()
    const signal = AbortSignal.any([run.controller.signal, woken.signal])
    await setTimeout(ms, undefined, { signal }).catch(() => {})
    run.wake = () => {}
  }

  /** A place in the queue. A run that is aborted while it waits begins at once: its runner writes the end of its record. */
  async #queued(ticket: RunTicket, signal: AbortSignal, runner: Runner): Promise<RunAnswer> {
    let running: Promise<RunAnswer> | undefined
    const begin = () => {
      running ??= runner(ticket, signal)
      return running
    }
    if (signal.aborted) return begin()
    let onAbort = () => {}
    const hurried = new Promise<RunAnswer>((resolve) => {
      onAbort = () => resolve(begin())
    })
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await Promise.race([this.#inTurn(ticket, begin), hurried])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** A run of a limited operation takes its place among those first, so that it keeps nobody else waiting. */
  #inTurn({ operationId, priority }: RunTicket, begin: () => Promise<RunAnswer>): Promise<RunAnswer> {
    const queued = () => this.#queue.add(begin, { priority })
    return this.#queueOf(operationId)?.add(queued, { priority }) ?? queued()
  }

  #queueOf(operationId: string): PQueue | undefined {
    const concurrency = this.#host?.concurrencyOf(operationId)
    if (concurrency === undefined) return undefined
    const known = this.#limited.get(operationId)
    if (known !== undefined) return known
    const queue = new PQueue({ concurrency })
    this.#limited.set(operationId, queue)
    return queue
  }
}

/** Two tickets of one job as one. */
function merged(one: RunTicket | undefined, other: RunTicket): RunTicket {
  if (one === undefined) return other
  return { ...other, priority: Math.max(one.priority, other.priority) }
}
