import { setMaxListeners } from 'node:events'
import { DataLabError, throwIfAborted } from './errors.js'
import type { FileSource } from './file-source.js'
import { GRACE_MS, withinGrace, withinTime } from './grace.js'
import { Inputs, RunInputs } from './inputs.js'
import { type DeepReadonly, deepFreeze, type JsonObject } from './json.js'
import type { Logger } from './logger.js'
import { type MemoryBudget, RunMemory } from './memory-budget.js'
import type { ObjectStorage } from './object-storage.js'
import type { AnyOperationClass, OperationContext } from './operation.js'
import type { OperationRegistry } from './operation-registry.js'
import type { OperationResult, StoredOutput } from './output.js'
import { Outputs, RunOutputs } from './outputs.js'
import { Pace } from './pace.js'
import { PartialOutput } from './partial-output.js'
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
  /** Memory for the pixels of all of them. */
  readonly memory: MemoryBudget
  readonly log: Logger
}

/** Calls operations in this process. */
export function createPerform(parts: RunParts): Perform {
  return (request, reporter, signal) =>
    tracedUnder(request.trace, () => new OperationRun(parts, request, reporter, signal).perform())
}

/** One run of an operation: makes what the instance needs, calls `operate()`, and clears up. */
class OperationRun {
  readonly #operation: AnyOperationClass
  readonly #inputs: RunInputs
  readonly #outputs: RunOutputs
  readonly #services = new Map<string, unknown>()
  readonly #ends: (() => Promise<void>)[] = []
  readonly #context: OperationContext<object>
  readonly #memory: RunMemory
  readonly #partial: PartialOutput
  readonly #pace: Pace
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
    // As much listens to it as goes on at once: an operation may work on many files.
    setMaxListeners(0, signal)
    // What comes from a store or another process is not frozen yet.
    deepFreeze(record.inputs)
    deepFreeze(record.provenance as unknown as JsonObject)
    this.#operation = operations.get(record.operation.id)
    const { principal } = lease
    const waiting = (isWaiting: boolean) => report.waiting?.(isWaiting)
    const context = { principal, signal, waiting }
    const { inputs } = this.#operation.info
    this.#inputs = new RunInputs(inputs, record.provenance.inputs, sources, context, record.inputs)
    this.#outputs = new RunOutputs(storage, record.key, lease.attempt, signal, record.provenance)
    this.#services.set(Inputs.id, this.#inputs)
    this.#services.set(Outputs.id, this.#outputs)
    this.#memory = new RunMemory(parts.memory)
    this.#partial = new PartialOutput((partial) => report.output(partial))
    this.#pace = new Pace(signal)
    this.#context = this.#makeContext()
  }

  /**
   * Runs the operation. Resolves to its output, when everything it names is written and the inputs are still what they were. When the signal is
   * aborted, whatever does not end by itself is left to itself.
   */
  async perform(): Promise<StoredOutput> {
    try {
      return await withinGrace(this.#produce(), this.signal)
    } finally {
      await this.#clearUp()
    }
  }

  async #produce(): Promise<StoredOutput> {
    const operation = new this.#operation(this.#context as never)
    const result = await operation.operate()
    throwIfAborted(this.signal)
    if (this.#pace.isKept || this.#outputs.isWriting) throw unawaited()
    await this.#inputs.verify()
    return this.#outputs.final(result)
  }

  /** Ends what the operation left going on, so that nothing is written, opened or kept after this. */
  async #clearUp(): Promise<void> {
    this.#isOver = true
    this.#partial.end()
    const closing = Promise.all([this.#outputs.close(), this.#inputs.close(), ...this.#ends.map((end) => end())])
    await this.#patiently(closing, 'what a run had open is left behind')
    this.#memory.close()
    if (this.#scratch) await this.#patiently(this.#scratch.remove(), 'a scratch folder was left behind')
  }

  /** Waits for what clears up, and for no longer than the grace: what hangs must not hold the host. */
  async #patiently(work: Promise<unknown>, otherwise: string): Promise<void> {
    const { key, attempt } = this.request.lease
    const late = () => new Error(`it did not end within ${GRACE_MS} milliseconds`)
    await withinTime(work, GRACE_MS, late).catch((err) => this.parts.log.warn({ key, attempt, err }, otherwise))
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
      memory: this.#memory,
      progress: new Progress((fraction) => report.progress(fraction), signal, this.#pace),
      get scratch() {
        return run.#scratchFolder().path
      },
      use: (key) => run.#use(key),
      addWarning: (text) => report.warn(text),
      setMessage: (text) => report.message(text),
      setOutput: (partial: OperationResult) => this.#partial.show(this.#outputs.stored(partial)),
    }
  }

  #scratchFolder(): ScratchFolder {
    if (this.#isOver) throw new TypeError('This run is over: it has no scratch folder any more.')
    this.#scratch ??= this.parts.scratch.create()
    return this.#scratch
  }

  #use<Service>(key: ServiceKey<Service>): Service {
    if (typeof key?.id !== 'string')
      throw new TypeError(
        `A service is used by its key, such as Images of @datalab/fits/images, and not by ${String(key)}.`,
      )
    if (!this.#services.has(key.id)) this.#services.set(key.id, this.#created(this.#provider(key)))
    return this.#services.get(key.id) as Service
  }

  #created(provider: ServiceProvider): unknown {
    const service = provider.create(this.#context)
    this.#ends.push(async () => provider.end?.(service))
    return service
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

/** Of work that is left going on, nothing would be in the output. */
function unawaited(): DataLabError {
  return new DataLabError(
    'DATALAB_OUTPUT_INVALID',
    "The operation returned before its work was done. Write 'await' before progress.map, Images.save and Outputs.put.",
  )
}

function undeclaredService(operationName: string, key: ServiceKey<unknown>): DataLabError {
  return new DataLabError(
    'DATALAB_SERVICE_MISSING',
    `${operationName} uses the service ${key.id}, which its info does not require. Add its key to 'requires': what a run uses is part of the job's key.`,
    { details: { operation: operationName, service: key.id } },
  )
}
