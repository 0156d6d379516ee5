import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ByteSource } from './byte-source.js'
import { DEFAULT_PAYLOAD_LIMITS, type PayloadLimits } from './clone-json.js'
import { DataLabError } from './errors.js'
import type { Executor, RunTicket } from './executor.js'
import type { FileSource } from './file-source.js'
import { InlineExecutor } from './inline-executor.js'
import { Job } from './job.js'
import type { JsonObject } from './json.js'
import { type Logger, silentLogger } from './logger.js'
import { MemoryRecordStore } from './memory-record-store.js'
import { MemoryStorage } from './memory-storage.js'
import type { ObjectStorage } from './object-storage.js'
import type { AnyOperationClass, OperationClass, OperationList } from './operation.js'
import type { AnyOperationInfo } from './operation-info.js'
import { defaultRegistry, OperationRegistry } from './operation-registry.js'
import { isBuiltIn, missingService } from './operation-run.js'
import { type PreparedJob, prepareJob } from './prepare-job.js'
import { processIdentity } from './process-identity.js'
import { isWhole, readManifest } from './publication.js'
import type { JobRecord, StoredRecord } from './record.js'
import type { Principal, RecordStore, Submission } from './record-store.js'
import { recordView } from './record-view.js'
import { createRunner } from './runner.js'
import { ScratchSpace } from './scratch.js'
import type { ServiceProvider } from './service.js'
import { type WizardDescription, wizardDescription } from './wizard.js'

/** What a host is made of. All of it has a default that needs nothing installed. */
export interface DataLabOptions<Operations extends readonly unknown[] = readonly AnyOperationClass[]> {
  /** The operations on offer; by default those that `import '<operation>/register'` added. */
  operations?: Operations & OperationList<Operations>
  /** What operations may ask for, such as the Images of `@datalab/fits`. */
  services?: readonly ServiceProvider[]
  /** Where input files come from. */
  sources?: readonly FileSource[]
  /** Where results are kept; this process's memory by default. */
  storage?: ObjectStorage
  /** Where records are kept; this process's memory by default. */
  records?: RecordStore
  /** Where runs are done; in this process by default. */
  executor?: Executor
  /** Where to log: pino, or anything of its shape; silent by default. */
  log?: Logger
  /** The folder for scratch folders of runs; one in the system's temporary folder by default. */
  scratch?: string
  /** How large the inputs of a job may be. */
  payload?: Partial<PayloadLimits>
}

/** Who submits, and how. */
export interface SubmitOptions {
  /** Who asks; `{ id: 'local' }` by default. */
  principal?: Principal
  /** Run it again even where its result is there. */
  force?: boolean
  /** Higher runs first; 0 by default. */
  priority?: number
}

/** What would happen if a job were submitted. */
export interface Plan {
  readonly key: string
  readonly operation: AnyOperationInfo
  /** The inputs as the operation would see them. */
  readonly inputs: JsonObject
  /** Whether its result is there. */
  readonly cached: boolean
  /** Why, in a sentence. */
  readonly reason: string
}

const LEASE_MS = 5000
const KEY = /^[0-9a-f]{64}$/
const LOCAL: Principal = { id: 'local' }

/**
 * A host of operations, made of live objects, for one process: `close()` it when done; that closes what it was given.
 *
 * @throws DATALAB_OPERATION_INVALID and DATALAB_OPERATION_DUPLICATE for operations that cannot be offered together;
 * DATALAB_SERVICE_MISSING when one requires what nobody provides.
 * @example
 * const lab = createDataLab({ operations: [Median], services: [images()], sources: [new LocalSource({ roots: { data: './data' } })] })
 * const job = await lab.submit(Median, { input_files: [a, b] })
 * for await (const { progress } of job.events) console.log(progress)
 * console.log(await job.result())
 */
export function createDataLab<const Operations extends readonly unknown[] = readonly AnyOperationClass[]>(
  options: DataLabOptions<Operations> = {},
): DataLab {
  return new DataLab(options as unknown as DataLabOptions)
}

/** A host: its operations, and their jobs. Made by {@link createDataLab}. */
export class DataLab {
  readonly #operations: OperationRegistry
  readonly #services: ReadonlyMap<string, ServiceProvider>
  readonly #sources: ReadonlyMap<string, FileSource>
  readonly #storage: ObjectStorage
  readonly #records: RecordStore
  readonly #executor: Executor
  readonly #scratch: ScratchSpace
  readonly #payload: PayloadLimits
  readonly #log: Logger
  #swept: Promise<void> | undefined
  #closing: Promise<void> | undefined

  /** Use {@link createDataLab}, which holds each operation against its inputs. */
  constructor(options: DataLabOptions) {
    this.#operations = registryOf(options.operations)
    this.#services = byName('services', options.services ?? [], (provider) => provider.key.id)
    this.#sources = byName('sources', options.sources ?? [], (source) => source.name)
    this.#storage = options.storage ?? new MemoryStorage()
    this.#records = options.records ?? new MemoryRecordStore()
    this.#executor = options.executor ?? new InlineExecutor()
    this.#scratch = new ScratchSpace(options.scratch ?? join(tmpdir(), 'datalab-scratch'))
    this.#payload = { ...DEFAULT_PAYLOAD_LIMITS, ...options.payload }
    this.#log = options.log ?? silentLogger
    for (const { info } of this.#operations.list()) this.#servicesOf(info)
    this.#executor.start(createRunner(this.#runnerParts()))
  }

  /** What each operation says of itself. */
  operations(): AnyOperationInfo[] {
    return this.#operations.list().map(({ info }) => info)
  }

  /** What a front end draws its forms from, by the operation's name. */
  wizardDescriptions(): Record<string, WizardDescription> {
    return Object.fromEntries(this.operations().map((info) => [info.name, wizardDescription(info)]))
  }

  /**
   * What an operation of this name, id, or name in kebab case says of itself.
   *
   * @throws DATALAB_OPERATION_UNKNOWN when there is none.
   */
  operation(name: string): AnyOperationInfo {
    return this.#operations.get(name).info
  }

  /**
   * Asks for a job. It is run once, however often and by however many it is asked for; where its result is there, the handle has it at once.
   *
   * @param operation a class, or a name, id, or name in kebab case
   * @param inputs what the wizard produced; never changed
   * @throws DATALAB_INPUT_INVALID with a sentence for each thing to change (`details.issues`); DATALAB_OPERATION_UNKNOWN; DATALAB_CLOSED.
   */
  submit<Inputs extends object>(
    operation: OperationClass<Inputs>,
    inputs: Inputs,
    options?: SubmitOptions,
  ): Promise<Job>
  submit(operation: string, inputs: unknown, options?: SubmitOptions): Promise<Job>
  async submit(operation: string | AnyOperationClass, inputs: unknown, options: SubmitOptions = {}): Promise<Job> {
    this.#checkOpen()
    const { force = false, priority = 0, principal = LOCAL } = options
    const info = this.#infoOf(operation)
    await this.#sweep()
    const job = await this.#prepare(info, inputs, principal)
    const result = force ? undefined : await this.#result(job.key)
    const submission: Submission = { id: randomUUID(), principal, created: new Date().toISOString() }
    if (result !== undefined) return this.#job(result, submission, true)
    const draft = { ...job, operation: job.provenance.operation }
    const stale = (await this.#records.get(job.key))?.status === 'COMPLETED'
    this.#checkOpen()
    const { record, begun } = await this.#records.submit(draft, submission, { force: force || stale })
    if (begun) await this.#run({ key: job.key, operationId: info.id, force, priority }, submission)
    return this.#job(record, submission, false)
  }

  /** What {@link submit} would do, without doing it. */
  async plan(operation: string | AnyOperationClass, inputs: unknown, options: SubmitOptions = {}): Promise<Plan> {
    this.#checkOpen()
    const info = this.#infoOf(operation)
    const job = await this.#prepare(info, inputs, options.principal ?? LOCAL)
    const result = await this.#result(job.key)
    const reason = reasonOf(await this.#records.get(job.key), result, options.force === true)
    const cached = result !== undefined && options.force !== true
    return { key: job.key, operation: info, inputs: job.inputs, cached, reason }
  }

  /** The record of a job; `undefined` where none is known. */
  async get(key: string): Promise<JobRecord | undefined> {
    const record = KEY.test(key) ? await this.#find(key) : undefined
    return record && recordView(record, this.#storage, record.status === 'COMPLETED')
  }

  /**
   * The bytes of a result: one object of an output file. The caller closes the source.
   *
   * @param basename as in `output_files`
   * @param role `fits`, `large`, `small`, `tif`, or whatever else the operation wrote
   * @returns undefined where the result or the object is not there
   */
  async open(basename: string, role = 'fits'): Promise<ByteSource | undefined> {
    const key = basename.slice(0, 64)
    const record = KEY.test(key) ? await this.#result(key) : undefined
    const file = record?.output?.output_files?.find((one) => one.basename === basename)
    const object = file && Object.hasOwn(file.objects, role) ? file.objects[role] : undefined
    return object === undefined ? undefined : this.#storage.open(object)
  }

  /** Ends what is going on, and closes the executor, stores and sources. Closing twice is the same as once. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    await this.#executor.close()
    await this.#records.close?.()
    await this.#storage.close?.()
    for (const source of this.#sources.values()) await source.close?.()
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new DataLabError('DATALAB_CLOSED', 'This host is closed; make a new one.')
  }

  #infoOf(operation: string | AnyOperationClass): AnyOperationInfo {
    return this.#operations.get(typeof operation === 'string' ? operation : operation.info.id).info
  }

  #prepare(info: AnyOperationInfo, inputs: unknown, principal: Principal): Promise<PreparedJob> {
    const surroundings = { services: this.#servicesOf(info), sources: this.#sources, limits: this.#payload }
    return prepareJob(info, inputs, surroundings, { principal })
  }

  async #find(key: string): Promise<StoredRecord | undefined> {
    return (await this.#records.get(key)) ?? (await this.#result(key))
  }

  /** The completed record of a job whose objects are all there: from the record store, else from the manifest. */
  async #result(key: string): Promise<StoredRecord | undefined> {
    const known = await this.#records.get(key)
    if (known !== undefined && known.status !== 'COMPLETED') return undefined
    const record = known ?? (await readManifest(this.#storage, key))?.record
    if (record === undefined || !(await isWhole(this.#storage, record))) return undefined
    return known ?? this.#records.adopt(record)
  }

  /** Gets a run done; where none can be, the submission that asked for it does not stand. */
  async #run(ticket: RunTicket, submission: Submission): Promise<void> {
    try {
      await this.#executor.submit(ticket)
    } catch (error) {
      await this.#records.withdraw(ticket.key, submission.id)
      throw error
    }
  }

  #servicesOf(info: AnyOperationInfo): ServiceProvider[] {
    const others = (info.requires ?? []).filter((key) => !isBuiltIn(key))
    return others.map((key) => {
      const provider = this.#services.get(key.id)
      if (provider === undefined) throw missingService(info.name, key)
      return provider
    })
  }

  #job(record: StoredRecord, submission: Submission, cached: boolean): Job {
    const abort = (key: string) => this.#executor.abort(key)
    const find = (key: string) => this.#find(key)
    return new Job({ records: this.#records, storage: this.#storage, find, abort }, record, submission, cached)
  }

  #runnerParts() {
    return {
      operations: this.#operations,
      services: this.#services,
      sources: this.#sources,
      storage: this.#storage,
      records: this.#records,
      scratch: this.#scratch,
      log: this.#log,
      owner: `${processIdentity()}-${randomUUID()}`,
      leaseMs: LEASE_MS,
    }
  }

  /** Removes what runs of dead processes left behind, once. */
  #sweep(): Promise<void> {
    this.#swept ??= this.#scratch
      .sweep()
      .catch((err) => this.#log.warn({ err }, 'old scratch folders could not be removed'))
    return this.#swept
  }
}

function byName<Part>(option: string, parts: readonly Part[], nameOf: (part: Part) => string): Map<string, Part> {
  const named = new Map<string, Part>()
  for (const part of parts) {
    const name = nameOf(part)
    if (named.has(name)) throw new TypeError(`Two of the ${option} are called '${name}'; give one of them.`)
    named.set(name, part)
  }
  return named
}

function registryOf(operations: readonly AnyOperationClass[] | undefined): OperationRegistry {
  const registry = new OperationRegistry()
  // A copy: what is registered after the host started was not held against its services.
  for (const operation of operations ?? defaultRegistry().list()) registry.register(operation)
  return registry
}

function reasonOf(record: StoredRecord | undefined, result: StoredRecord | undefined, force: boolean): string {
  if (result !== undefined) return force ? 'It is run again although its result is there.' : 'Its result is there.'
  switch (record?.status) {
    case undefined:
      return 'It was not run before.'
    case 'PENDING':
    case 'IN_PROGRESS':
      return 'It is under way.'
    case 'COMPLETED':
      return 'It was run before, but objects of its result are gone.'
    default:
      return `It was run before, and ${record?.status === 'FAILED' ? 'failed' : 'was cancelled'}.`
  }
}
