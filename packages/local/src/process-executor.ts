import { availableParallelism } from 'node:os'
import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  type Executor,
  type ExecutorHost,
  InlineExecutor,
  type Perform,
  type Runner,
  type RunTicket,
  silentLogger,
  throwIfAborted,
} from '@datalab/core'
import { memoryShare } from './process-memory.js'
import { ProcessPool } from './process-pool.js'
import { ProcessRun, type RunTerms } from './process-run.js'
import type { ProcessWorker, WorkerOptions } from './process-worker.js'

/** Settings of a {@link ProcessExecutor}. */
export interface ProcessExecutorOptions {
  /** The set-up module of the host, which each child opens: its URL (`import.meta.url` in that module), or its path. */
  setup: URL | string
  /** How many runs go on at once, each in a process of its own; as many as there are cores by default. */
  concurrency?: number
  /** Milliseconds that a run which is to end may go on before its process is ended; 3000 by default. */
  graceMs?: number
  /**
   * Bytes of resident memory that a run may take where its operation says nothing; `Infinity` for as much as there is. By default, three
   * quarters of what this process may use, by its container or else by the machine, are divided by `concurrency`; it is 1 GiB at least.
   */
  memoryLimit?: number
  /** Milliseconds after which a child that has nothing to do is ended; 60,000 by default. */
  idleMs?: number
  /** The module that children run, where a bundler has moved it: `@datalab/local/process-child`, bundled beside the host. */
  entry?: URL
}

const GRACE_MS = 3000
const IDLE_MS = 60_000

/**
 * Runs operations in child processes of this machine. They are started when they are needed, open the set-up module once, and are used again.
 *
 * What operations log, and what children print, goes to the host's log. A run that crashes, exits, spins for ever or takes more memory than it may
 * fails alone. A child whose run has left something going on does no other, nor one whose run has changed the environment, who listens to the
 * process, the language's own objects, or the globals. What modules keep for themselves is there for the next run: operations that rely on one
 * another's good behaviour should not keep state in modules, nor patch those of others. Children end with this process, however it ends, and with
 * each child the processes that its operations have started: on Linux all of them whose environment was not emptied, elsewhere those of its group.
 *
 * @example
 * export default defineDataLab(() => ({ operations: [Median], storage, records, executor: new ProcessExecutor({ setup: import.meta.url }) }))
 */
export class ProcessExecutor implements Executor {
  readonly supports = { isolation: true, preemption: true }
  readonly concurrency: number
  readonly #tickets: InlineExecutor
  readonly #workers: Omit<WorkerOptions, 'log'>
  readonly #idleMs: number
  #pool: ProcessPool | undefined
  readonly #terms: RunTerms

  constructor(options: ProcessExecutorOptions) {
    const { concurrency = availableParallelism(), graceMs = GRACE_MS } = options
    const { memoryLimit = memoryShare(concurrency) } = options
    if (!(memoryLimit > 0)) throw new TypeError(`A memory limit must be a number of bytes above 0, not ${memoryLimit}.`)
    const entry = options.entry ?? new URL('./process-child.js', import.meta.url)
    this.concurrency = concurrency
    this.#tickets = new InlineExecutor({ concurrency })
    this.#terms = { graceMs, memoryLimit }
    this.#workers = { entry, setup: urlOf(options.setup), graceMs }
    this.#idleMs = options.idleMs ?? IDLE_MS
  }

  start(runner: Runner, host?: ExecutorHost): void {
    const pool = new ProcessPool({ ...this.#workers, log: host?.log ?? silentLogger }, this.#idleMs)
    this.#tickets.start((ticket, signal) => runner(ticket, signal, this.#performIn(pool)), host)
    this.#pool = pool
  }

  submit(ticket: RunTicket): Promise<void> {
    return this.#tickets.submit(ticket)
  }

  abort(key: string, reason?: unknown): Promise<void> {
    return this.#tickets.abort(key, reason)
  }

  drain(): Promise<void> {
    return this.#tickets.drain()
  }

  async close(): Promise<void> {
    await this.#tickets.close()
    await this.#pool?.close()
  }

  #performIn(pool: ProcessPool): Perform {
    return async (request, reporter, signal) => {
      const worker = await pool.take((warm) => this.#hasRoom(warm, request.record.operation.id))
      try {
        throwIfAborted(signal)
        return await new ProcessRun(worker, request, reporter, signal, this.#terms).perform()
      } finally {
        pool.giveBack(worker)
      }
    }
  }

  /** Whether a child that has worked before has most of what an operation may take still to give: memory is kept after a run. */
  async #hasRoom(worker: ProcessWorker, operationId: string): Promise<boolean> {
    const limit = worker.ready?.memory[operationId] ?? this.#terms.memoryLimit
    return ((await worker.memory()) ?? 0) <= limit / 2
  }
}

function urlOf(setup: URL | string): string {
  if (typeof setup === 'string' && isAbsolute(setup)) return pathToFileURL(setup).href
  const url = String(setup)
  if (!URL.canParse(url))
    throw new TypeError(`The set-up module '${url}' is no URL; give import.meta.url, or an absolute path.`)
  return url
}
