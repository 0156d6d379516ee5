import {
  AbortedError,
  DataLabError,
  errorFromJSON,
  isDataLabError,
  type PerformRequest,
  type RunReporter,
  type StoredOutput,
  serializeError,
} from '@datalab/core'
import { type ChildMessage, isOutputOf, type ReportMessage } from './process-messages.js'
import type { Ending, ProcessWorker } from './process-worker.js'

/** On what terms a run is done. */
export interface RunTerms {
  /** How long a run that is to end may go on before its process is ended. */
  readonly graceMs: number
  /** Bytes of resident memory, where the operation says nothing. */
  readonly memoryLimit: number
}

const WATCH_MS = 50
let runs = 0

/** One run in a child process: what is asked, what is told, and how it ends. */
export class ProcessRun {
  readonly #number = ++runs
  readonly #result: Promise<StoredOutput>
  #resolve: (output: StoredOutput) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #grace: NodeJS.Timeout | undefined
  #isWatching = false
  #isOver = false

  constructor(
    private readonly worker: ProcessWorker,
    private readonly request: PerformRequest,
    private readonly reporter: RunReporter,
    private readonly signal: AbortSignal,
    private readonly terms: RunTerms,
  ) {
    this.#result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** As core's `Perform`. Afterwards the process is free for the next run, or spent. */
  async perform(): Promise<StoredOutput> {
    const { worker, signal, request } = this
    const abort = () => this.#abort()
    const watch = setInterval(() => void this.#watchMemory(), WATCH_MS)
    signal.addEventListener('abort', abort, { once: true })
    worker.begin(request.record.key, {
      onMessage: (message) => this.#receive(message),
      onEnd: (ending) => this.#reject(this.#stopped(ending)),
    })
    worker.send({ kind: 'perform', run: this.#number, request })
    try {
      return await this.#result
    } finally {
      this.#isOver = true
      worker.release()
      clearInterval(watch)
      clearTimeout(this.#grace)
      signal.removeEventListener('abort', abort)
    }
  }

  #abort(): void {
    const { worker, signal, terms } = this
    if (worker.ready === undefined) {
      // Nothing runs there yet that could heed it.
      worker.kill()
      return
    }
    // What the operation leaves going on when its run was ended must not meet the next.
    worker.spend()
    const reason = isDataLabError(signal.reason)
      ? signal.reason
      : new AbortedError('cancelled', { cause: signal.reason })
    worker.send({ kind: 'abort', run: this.#number, reason: serializeError(reason) })
    this.#grace = setTimeout(() => worker.kill(), terms.graceMs)
  }

  #receive(message: ChildMessage): void {
    if (!('run' in message) || message.run !== this.#number) return
    if (message.kind === 'report') this.#report(message)
    else if (message.kind === 'wait') this.reporter.waiting?.(message.isWaiting)
    else if (message.kind === 'write') void this.#write(message.write, message.output)
    else if (message.kind === 'done') this.#complete(message.output, message.isSpent)
    else if (message.kind === 'failed') this.#fail(errorFromJSON(message.error), message.isLast)
  }

  #fail(error: DataLabError, isLast: boolean): void {
    if (isLast) this.worker.kill(error)
    else this.#reject(this.signal.aborted ? this.signal.reason : error)
  }

  #report({ progress, message, warnings }: ReportMessage): void {
    if (progress !== undefined) this.reporter.progress(progress)
    if (message !== undefined) this.reporter.message(message)
    for (const warning of warnings) this.reporter.warn(warning)
  }

  async #write(write: number, output: StoredOutput): Promise<void> {
    const answer = { kind: 'written', run: this.#number, write } as const
    try {
      if (!isOutputOf(this.request.record.key, output)) throw strangeOutput()
      await this.reporter.output(output)
      this.worker.send(answer)
    } catch (error) {
      this.worker.send({ ...answer, error: serializeError(error) })
    }
  }

  #complete(output: StoredOutput, isSpent: boolean): void {
    if (isSpent) this.worker.spend()
    if (isOutputOf(this.request.record.key, output)) this.#resolve(output)
    else this.#reject(strangeOutput())
  }

  async #watchMemory(): Promise<void> {
    const limit = this.#memoryLimit()
    if (limit === Number.POSITIVE_INFINITY || this.#isWatching) return
    this.#isWatching = true
    const bytes = (await this.worker.memory()) ?? 0
    this.#isWatching = false
    // By now the process may be another run's.
    if (bytes > limit && !this.#isOver) this.worker.kill(outOfMemory(limit))
  }

  #memoryLimit(): number {
    return this.worker.ready?.memory[this.request.record.operation.id] ?? this.terms.memoryLimit
  }

  /** Why the run failed whose process ended. */
  #stopped({ code, signal, reason, isOutOfHeap, cause }: Ending): unknown {
    if (this.signal.aborted) return this.signal.reason
    if (reason !== undefined) return reason
    if (isOutOfHeap) return outOfMemory()
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`
    const when = this.worker.ready === undefined ? 'before it could begin' : 'while it ran'
    const message =
      cause === undefined
        ? `The worker stopped (${how}) ${when} this job. Submit it again, or tell whoever runs this service.`
        : `No worker could be started (${cause.message}). Submit it again later.`
    const details = { code, signal }
    return new DataLabError('DATALAB_WORKER_STOPPED', message, { audience: 'user', retryable: true, details })
  }
}

function outOfMemory(limit?: number): DataLabError {
  const bound = limit === undefined ? 'a worker can have' : `${Math.floor(limit / 2 ** 20)} MiB, which is the limit`
  const message = `It needed more memory than ${bound}. Try it with fewer or smaller files.`
  return new DataLabError('DATALAB_MEMORY', message, {
    audience: 'user',
    details: limit === undefined ? {} : { limit },
  })
}

function strangeOutput(): DataLabError {
  return new DataLabError('DATALAB_OUTPUT_INVALID', 'The worker sent an output with objects of another job.')
}
