import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Authorize } from './access.js'
import { DEFAULT_PAYLOAD_LIMITS, type PayloadLimits } from './clone-json.js'
import type { Executor } from './executor.js'
import { DEFAULT_RETRY_POLICY, type RetryPolicy } from './failure.js'
import type { FileSource } from './file-source.js'
import { InlineExecutor } from './inline-executor.js'
import { type Logger, silentLogger } from './logger.js'
import { MemoryBudget } from './memory-budget.js'
import { MemoryRecordStore } from './memory-record-store.js'
import { MemoryStorage } from './memory-storage.js'
import type { ObjectStorage } from './object-storage.js'
import type { AnyOperationClass, OperationList } from './operation.js'
import type { AnyOperationInfo } from './operation-info.js'
import { defaultRegistry, OperationRegistry } from './operation-registry.js'
import { isBuiltIn, missingService, type RunParts } from './operation-run.js'
import type { RecordStore } from './record-store.js'
import { redactingLogger } from './redact.js'
import { ResultSource } from './result-source.js'
import { ScratchSpace } from './scratch.js'
import type { ServiceProvider } from './service.js'
import { type SteadyRecords, steadyRecords } from './steady-records.js'

/** What a host is made of. All of it has a default that needs nothing installed. */
export interface DataLabOptions<Operations extends readonly unknown[] = readonly AnyOperationClass[]> {
  /** The operations on offer; by default those that `import '<operation>/register'` added. */
  operations?: Operations & OperationList<Operations>
  /** What operations may ask for, such as the Images of `@datalab/fits/images`. */
  services?: readonly ServiceProvider[]
  /** Where input files come from. */
  sources?: readonly FileSource[]
  /** Who may submit, see and open what; everything is allowed where absent. */
  authorize?: Authorize
  /** Where results are kept; this process's memory by default. */
  storage?: ObjectStorage
  /** Where records are kept; this process's memory by default. */
  records?: RecordStore
  /** Where runs are done; in this process by default. */
  executor?: Executor
  /** Where to log: pino, or anything of its shape; silent by default. Secrets that can be told by form or name do not get there. */
  log?: Logger
  /**
   * Bytes of memory that all runs which go on at once may take for pixels together; 512 MiB by default. What is more goes to scratch folders, or is
   * done in parts. Runs in child processes have an equal share each.
   */
  memoryBudget?: number
  /** The folder for scratch folders of runs; one in the system's temporary folder by default. */
  scratch?: string
  /** Seconds that a run may take where its operation says nothing; 3600 by default. */
  timeLimit?: number
  /** How often a run is tried again after a failure that may pass: a storage or source that does not answer. */
  retry?: Partial<RetryPolicy>
  /**
   * Milliseconds after which a run whose process does not give a sign of life any more is taken over by another; 5000 by default. It is
   * renewed three times as often. All hosts that share a record store should have the same.
   */
  leaseMs?: number
  /** Days that the record of an ended job is kept since its last change; 30 by default. Its result stays in the storage. */
  recordLife?: number
  /** How large the inputs of a job may be. */
  payload?: Partial<PayloadLimits>
}

/** What a host works with: its options, with every default filled in. */
export interface HostParts extends RunParts {
  readonly records: SteadyRecords
  readonly executor: Executor
  readonly payload: PayloadLimits
  readonly timeLimit: number
  readonly retry: RetryPolicy
  readonly leaseMs: number
  readonly recordLife: number
}

const OPTIONS = [
  'operations',
  'services',
  'sources',
  'storage',
  'records',
  'executor',
  'authorize',
  'log',
  'scratch',
  'memoryBudget',
  'timeLimit',
  'retry',
  'leaseMs',
  'recordLife',
  'payload',
] as const satisfies readonly (keyof DataLabOptions)[]

const TIME_LIMIT = 3600
const LEASE_MS = 5000
const RECORD_LIFE = 30

/**
 * The options with every default filled in.
 *
 * @throws as createDataLab
 */
export function hostParts(options: DataLabOptions): HostParts {
  const strange = Object.keys(options).find((name) => !(OPTIONS as readonly string[]).includes(name))
  if (strange !== undefined) throw new TypeError(`There is no option '${strange}'; there is ${OPTIONS.join(', ')}.`)
  return {
    ...runParts(options),
    records: steadyRecords(options.records ?? new MemoryRecordStore()),
    executor: options.executor ?? new InlineExecutor(),
    payload: { ...DEFAULT_PAYLOAD_LIMITS, ...options.payload },
    timeLimit: positive('timeLimit', options.timeLimit ?? TIME_LIMIT),
    leaseMs: positive('leaseMs', options.leaseMs ?? LEASE_MS),
    recordLife: positive('recordLife', options.recordLife ?? RECORD_LIFE),
    retry: { ...DEFAULT_RETRY_POLICY, ...options.retry },
  }
}

/**
 * What runs are made of, by the same options: all that a process needs which only calls operations.
 *
 * @param processes how many of them share the host's memory
 * @throws as createDataLab
 */
export function runParts(options: DataLabOptions, processes = 1): RunParts {
  const storage = options.storage ?? new MemoryStorage()
  const sources = byName('sources', options.sources ?? [], (source) => source?.name)
  const results = new ResultSource(storage)
  const parts: RunParts = {
    operations: registryOf(options.operations),
    services: byName('services', options.services ?? [], (provider) => provider?.key?.id),
    sources: sources.has(results.name) ? sources : new Map([...sources, [results.name, results]]),
    storage,
    memory: new MemoryBudget(options.memoryBudget, processes),
    scratch: new ScratchSpace(options.scratch ?? join(tmpdir(), `datalab-scratch-${process.getuid?.() ?? 'all'}`)),
    log: options.log === undefined ? silentLogger : redactingLogger(options.log),
  }
  for (const { info } of parts.operations.list()) providersOf(info, parts)
  return parts
}

/**
 * The providers of what an operation requires.
 *
 * @throws DATALAB_SERVICE_MISSING when nobody provides one of them.
 */
export function providersOf(info: AnyOperationInfo, { services }: Pick<RunParts, 'services'>): ServiceProvider[] {
  const others = (info.requires ?? []).filter((key) => !isBuiltIn(key))
  return others.map((key) => {
    const provider = services.get(key.id)
    if (provider === undefined) throw missingService(info.name, key)
    return provider
  })
}

function positive(option: string, value: number): number {
  if (value > 0) return value
  throw new TypeError(`The option '${option}' must be a number above 0, not ${value}.`)
}

/** The compiler does not see all who make a host. */
function listOf<Part>(option: string, parts: readonly Part[]): readonly Part[] {
  if (Array.isArray(parts)) return parts
  throw new TypeError(`The option '${option}' must be a list, not of the type ${typeof parts}: [...].`)
}

function byName<Part>(
  option: string,
  parts: readonly Part[],
  nameOf: (part: Part) => string | undefined,
): Map<string, Part> {
  const named = new Map<string, Part>()
  for (const part of listOf(option, parts)) {
    const name = nameOf(part)
    if (typeof name !== 'string')
      throw new TypeError(
        `The option '${option}' has something of the type ${typeof part} that is none of them; call what makes one, such as images().`,
      )
    if (named.has(name)) throw new TypeError(`Two of the ${option} are called '${name}'; give one of them.`)
    named.set(name, part)
  }
  return named
}

function registryOf(operations: readonly AnyOperationClass[] | undefined): OperationRegistry {
  const registry = new OperationRegistry()
  // A copy: what is registered after the host started was not held against its services.
  for (const operation of listOf('operations', operations ?? defaultRegistry().list())) registry.register(operation)
  return registry
}
