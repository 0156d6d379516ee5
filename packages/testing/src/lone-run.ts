import {
  type AnyOperationClass,
  createDataLab,
  type DataLab,
  errorFromJSON,
  type FileSource,
  InlineExecutor,
  type Job,
  type JobRecord,
  MemoryRecordStore,
  MemoryStorage,
  type ObjectStorage,
  type Plan,
  readAll,
  type SerializedError,
  type ServiceProvider,
  throwIfAborted,
} from '@datalab/core'
import { type OperationTap, tapped } from './operation-tap.js'
import { perRun } from './per-run.js'
import { type LogLine, recordingLogger } from './recording-logger.js'
import { givenFirst } from './reference-sources.js'
import type { FinishedRun, RunOperationOptions } from './run-operation.js'

/** Bytes of one object that are read at once. */
const OBJECT_LIMIT = 2 ** 31

/** What is run, and with what. */
export interface LoneRunParts {
  readonly operation: AnyOperationClass
  readonly services: readonly ServiceProvider[]
  /** Sources that stand aside for those of the options that have their name. */
  readonly sources: readonly FileSource[]
  readonly options: RunOperationOptions
  /** Hears of the run, too. */
  readonly tap?: OperationTap
}

/** One operation in a host of its own, for one run. */
export class LoneRun {
  readonly #operation: AnyOperationClass
  readonly #options: RunOperationOptions
  readonly #tap: OperationTap
  readonly #storage: ObjectStorage
  readonly #lab: DataLab
  // The only part that needs an end: what the caller gave stays the caller's.
  readonly #executor = new InlineExecutor({ concurrency: 1 })
  readonly #lines: LogLine[]
  readonly #messages: string[] = []
  readonly #progress: number[] = []
  #thrown: { readonly error: unknown } | undefined

  constructor({ operation, services, sources, options, tap = {} }: LoneRunParts) {
    this.#operation = operation
    this.#options = options
    this.#tap = tap
    this.#storage = options.storage ?? new MemoryStorage()
    const { log, lines } = recordingLogger(options.log)
    this.#lines = lines
    this.#lab = createDataLab<readonly AnyOperationClass[]>({
      operations: [tapped(operation, this.#ears())],
      services: services.map(perRun),
      sources: givenFirst(options.sources ?? [], sources),
      storage: this.#storage,
      records: options.records ?? new MemoryRecordStore(),
      executor: this.#executor,
      retry: { retries: options.retries ?? 0, minDelayMs: 1 },
      log,
    })
  }

  async run(inputs: unknown): Promise<FinishedRun> {
    const { signal, principal } = this.#options
    if (signal !== undefined) throwIfAborted(signal)
    try {
      const job = await this.#lab.submit(this.#operation.info.id, inputs, principal === undefined ? {} : { principal })
      await this.#result(job)
      return this.#finished(await job.record())
    } finally {
      await this.#executor.close()
    }
  }

  /** What the host makes of these inputs, without running them. */
  plan(inputs: unknown): Promise<Plan> {
    return this.#lab.plan(this.#operation.info.id, inputs)
  }

  async #result(job: Job): Promise<void> {
    const { signal } = this.#options
    let cancelling: Promise<void> | undefined
    const cancel = () => {
      cancelling ??= job.cancel()
      // Awaited below, unless the job ends by another reason before.
      cancelling.catch(() => {})
    }
    signal?.addEventListener('abort', cancel, { once: true })
    if (signal?.aborted) cancel()
    try {
      await job.result()
    } catch (error) {
      await this.#executor.drain()
      throw this.#explained(error)
    } finally {
      signal?.removeEventListener('abort', cancel)
    }
    await cancelling
  }

  /** The error that the user reads, with what was thrown underneath. */
  #explained(error: unknown): unknown {
    const logged = this.#lines.findLast(({ level, facts }) => level === 'error' && 'err' in facts)?.facts.err
    const cause = this.#thrown === undefined ? revived(logged) : this.#thrown.error
    if (error instanceof Error && error.cause === undefined && cause !== undefined)
      Object.defineProperty(error, 'cause', { value: cause, writable: true, configurable: true })
    return error
  }

  #finished(record: JobRecord): FinishedRun {
    const { output_files = [], output_data = [] } = record.output ?? {}
    return {
      output: { output_files, output_data },
      record,
      warnings: record.warnings,
      messages: this.#messages,
      progress: this.#progress.at(-1) === 1 ? this.#progress : [...this.#progress, 1],
      log: this.#lines,
      objects: async (role = 'fits') => {
        const files = output_files.map(({ basename }) => this.#object(basename, role))
        return (await Promise.all(files)).filter((bytes) => bytes !== undefined)
      },
    }
  }

  async #object(basename: string, role: string): Promise<Uint8Array | undefined> {
    const source = await this.#lab.open(basename, role)
    if (source === undefined) return undefined
    try {
      return await readAll(source, { limit: OBJECT_LIMIT })
    } finally {
      await source.close()
    }
  }

  #ears(): OperationTap {
    const { onProgress } = this.#options
    return {
      ...this.#tap,
      begun: (instance) => {
        // An attempt that follows another begins at 0.
        this.#progress.length = 0
        this.#tap.begun?.(instance)
      },
      progress: (fraction) => {
        this.#progress.push(fraction)
        this.#tap.progress?.(fraction)
        onProgress?.(fraction)
      },
      message: (text) => {
        this.#messages.push(text)
        this.#tap.message?.(text)
      },
      thrown: (error) => {
        this.#thrown = { error }
        this.#tap.thrown?.(error)
      },
    }
  }
}

function revived(logged: unknown): unknown {
  if (logged instanceof Error || typeof logged !== 'object' || logged === null) return logged
  return errorFromJSON(logged as SerializedError)
}
