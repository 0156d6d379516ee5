import { DataLabError } from './errors.js'
import type { FileSource } from './file-source.js'
import { Inputs, RunInputs } from './inputs.js'
import { type DeepReadonly, deepFreeze, type JsonObject } from './json.js'
import type { Logger } from './logger.js'
import type { ObjectStorage } from './object-storage.js'
import type { AnyOperationClass, OperationContext } from './operation.js'
import type { OperationRegistry } from './operation-registry.js'
import type { OperationResult, StoredOutput } from './output.js'
import { Outputs, RunOutputs } from './outputs.js'
import type { Perform, PerformRequest, RunReporter } from './perform.js'
import { Progress } from './progress.js'
import type { ScratchFolder, ScratchSpace } from './scratch.js'
import { packageOfService, type ServiceKey, type ServiceProvider } from './service.js'
import { tracedUnder } from './tracing.js'

/** What runs of operations are made of. */
export interface RunParts {
  readonly operations: OperationRegistry
  readonly services: ReadonlyMap<string, ServiceProvider>
  readonly sources: ReadonlyMap<string, FileSource>
  readonly storage: ObjectStorage
  readonly scratch: ScratchSpace
  readonly log: Logger
}

/** Calls operations in this process. */
export function createPerform(parts: RunParts): Perform {
  return (request, reporter, signal) =>
    tracedUnder(request.trace, () => new OperationRun(parts, request, reporter, signal).perform())
}

/** An operation that does not end by itself when its signal is aborted is left to itself after so many milliseconds. */
const GRACE_MS = 2000

/** One run of an operation: makes what the instance needs, calls `operate()`, and clears up. */
class OperationRun {
  readonly #operation: AnyOperationClass
  readonly #inputs: RunInputs
  readonly #outputs: RunOutputs
  readonly #services = new Map<string, unknown>()
  readonly #context: OperationContext<object>
  #scratch: ScratchFolder | undefined
  #isOver = false

  constructor(
    private readonly parts: RunParts,
    private readonly request: PerformRequest,
    private readonly report: RunReporter,
    private readonly signal: AbortSignal,
  ) {
    const { operations, sources, storage } = parts
    const { record, lease } = request
    // What comes from a store or another process is not frozen yet.
    deepFreeze(record.inputs)
    deepFreeze(record.provenance as unknown as JsonObject)
    this.#operation = operations.get(record.operation.id)
    const { principal } = lease
    this.#inputs = new RunInputs(this.#operation.info.inputs, record.provenance.inputs, sources, { principal, signal })
    this.#outputs = new RunOutputs(storage, record.key, lease.attempt, signal)
    this.#services.set(Inputs.id, this.#inputs)
    this.#services.set(Outputs.id, this.#outputs)
    this.#context = this.#makeContext()
  }

  /** Runs the operation. Resolves to its output, when everything it names is written and the inputs are still what they were. */
  async perform(): Promise<StoredOutput> {
    try {
      const result = await this.#operate()
      await this.#inputs.verify()
      return this.#outputs.stored(result)
    } finally {
      await this.#clearUp()
    }
  }

  async #operate(): Promise<OperationResult> {
    const operation = new this.#operation(this.#context as never)
    const { signal } = this
    let timer: NodeJS.Timeout | undefined
    let wait = () => {}
    const abandoned = new Promise<never>((_, reject) => {
      wait = () => {
        timer = setTimeout(() => reject(signal.reason), GRACE_MS)
      }
    })
    signal.addEventListener('abort', wait, { once: true })
    if (signal.aborted) wait()
    try {
      return await Promise.race([operation.operate(), abandoned])
    } finally {
      signal.removeEventListener('abort', wait)
      clearTimeout(timer)
    }
  }

  /** Ends what the operation left going on, so that nothing is written, opened or kept after this. */
  async #clearUp(): Promise<void> {
    this.#isOver = true
    await this.#outputs.close()
    await this.#inputs.close()
    const { key, attempt } = this.request.lease
    await this.#scratch
      ?.remove()
      .catch((err) => this.parts.log.warn({ key, attempt, err }, 'a scratch folder was left behind'))
  }

  #makeContext(): OperationContext<object> {
    const { report, signal, parts } = this
    const { record, lease } = this.request
    const run = this
    return {
      key: record.key,
      attempt: lease.attempt,
      signal,
      log: parts.log,
      provenance: record.provenance,
      inputs: record.inputs as DeepReadonly<object>,
      progress: new Progress((fraction) => report.progress(fraction), signal),
      get scratch() {
        return run.#scratchFolder().path
      },
      use: (key) => run.#use(key),
      addWarning: (text) => report.warn(text),
      setMessage: (text) => report.message(text),
      setOutput: (partial: OperationResult) => report.output(this.#outputs.stored(partial)),
    }
  }

  #scratchFolder(): ScratchFolder {
    if (this.#isOver) throw new TypeError('This run is over: it has no scratch folder any more.')
    this.#scratch ??= this.parts.scratch.create()
    return this.#scratch
  }

  #use<Service>(key: ServiceKey<Service>): Service {
    if (!this.#services.has(key.id)) this.#services.set(key.id, this.#provider(key).create(this.#context))
    return this.#services.get(key.id) as Service
  }

  /** Of a service that the operation requires: the revision of any other is not in the job's key. */
  #provider(key: ServiceKey<unknown>): ServiceProvider {
    const { name, requires = [] } = this.#operation.info
    if (!requires.some(({ id }) => id === key.id)) throw undeclaredService(name, key)
    const provider = this.parts.services.get(key.id)
    if (provider === undefined) throw missingService(name, key)
    return provider
  }
}

/** Whether every run has this service, without anybody providing it. */
export function isBuiltIn(key: ServiceKey<unknown>): boolean {
  return key.id === Inputs.id || key.id === Outputs.id
}

/** The error of a host that lacks a service an operation asks for. */
export function missingService(operationName: string, key: ServiceKey<unknown>): DataLabError {
  return new DataLabError(
    'DATALAB_SERVICE_MISSING',
    `${operationName} needs the service ${key.id}, which this host does not provide. Install ${packageOfService(key)} and add its provider to 'services'.`,
    { details: { operation: operationName, service: key.id } },
  )
}

function undeclaredService(operationName: string, key: ServiceKey<unknown>): DataLabError {
  return new DataLabError(
    'DATALAB_SERVICE_MISSING',
    `${operationName} uses the service ${key.id}, which its info does not require. Add its key to 'requires': what a run uses is part of the job's key.`,
    { details: { operation: operationName, service: key.id } },
  )
}
