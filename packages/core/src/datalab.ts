import { randomUUID } from 'node:crypto'
import { Access, type AccessSubject, type Action, refused } from './access.js'
import { answeringStorage } from './answering-storage.js'
import { abortRun, submitRun } from './ask-executor.js'
import type { ByteSource } from './byte-source.js'
import { closeHost } from './close-host.js'
import { DataLabError } from './errors.js'
import type { RunTicket } from './executor.js'
import type { FileSource } from './file-source.js'
import { GarbageCollection, type GarbageOptions, type GarbageReport } from './garbage-collection.js'
import { type DataLabOptions, type HostParts, hostParts, providersOf } from './host-options.js'
import { Housekeeping } from './housekeeping.js'
import { Job, type JobParts } from './job.js'
import type { ObjectStorage } from './object-storage.js'
import { mintedUrls } from './object-urls.js'
import type { AnyOperationClass, OperationClass } from './operation.js'
import type { AnyOperationInfo } from './operation-info.js'
import { type Plan, reasonOf } from './plan.js'
import { type PreparedJob, prepareJob } from './prepare-job.js'
import { processIdentity } from './process-identity.js'
import { reachesOf } from './reaches.js'
import { isEnded, type JobRecord, type StoredRecord } from './record.js'
import type { Principal, Submission } from './record-store.js'
import { allRecords } from './record-store.js'
import { recordView } from './record-view.js'
import { ResultSource } from './result-source.js'
import { Results } from './results.js'
import { createRunner } from './runner.js'
import { traced } from './tracing.js'
import { type WizardDescription, wizardDescription } from './wizard.js'

/** Who submits, and how. */
export interface SubmitOptions {
  /** Who asks; `{ id: 'local' }` by default. */
  principal?: Principal
  /** Run it again even where its result is there; that stands until the next is. */
  force?: boolean
  /** Higher runs first; 0 by default. */
  priority?: number
}

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
  readonly #parts: HostParts
  /** What it looks into while somebody waits. */
  readonly #storage: ObjectStorage
  readonly #results: Results
  readonly #access: Access
  readonly #sources: ReadonlyMap<string, FileSource>
  readonly #housekeeping: Housekeeping
  #closing: Promise<void> | undefined

  /** Use {@link createDataLab}, which holds each operation against its inputs. */
  constructor(options: DataLabOptions) {
    this.#parts = hostParts(options)
    this.#storage = answeringStorage(this.#parts.storage)
    this.#results = new Results({ ...this.#parts, storage: this.#storage })
    this.#access = new Access(options.authorize, (key) => this.#results.subject(key))
    this.#sources = new Map(this.#parts.sources).set('datalab', this.#resultSource())
    const owner = `${processIdentity()}-${randomUUID()}`
    this.#housekeeping = new Housekeeping(this.#parts)
    const { executor, log, operations } = this.#parts
    executor.start(createRunner({ ...this.#parts, owner }), {
      log,
      concurrencyOf: (operationId) => operations.find(operationId)?.info.limits?.concurrency,
      reaches: reachesOf(this.#parts),
    })
  }

  /** What each operation says of itself. */
  operations(): AnyOperationInfo[] {
    return this.#parts.operations.list().map(({ info }) => info)
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
    return this.#parts.operations.get(name).info
  }

  /**
   * Asks for a job. It is run once, however often and by however many it is asked for; where its result is there, the handle has it at once.
   *
   * @param operation a class, or a name, id, or name in kebab case
   * @param inputs what the wizard produced; never changed
   * @throws DATALAB_INPUT_INVALID with a sentence for each thing to change (`details.issues`); DATALAB_OPERATION_UNKNOWN; DATALAB_CLOSED;
   * DATALAB_NOT_FOUND for whoever may not submit it, whether or not its files are there.
   */
  submit<Inputs extends object>(
    operation: OperationClass<Inputs>,
    inputs: Inputs,
    options?: SubmitOptions,
  ): Promise<Job>
  submit(operation: string, inputs: unknown, options?: SubmitOptions): Promise<Job>
  async submit(operation: string | AnyOperationClass, inputs: unknown, options: SubmitOptions = {}): Promise<Job> {
    this.#checkOpen()
    const info = this.#infoOf(operation)
    return traced('datalab.submit', { 'datalab.operation': info.id }, () => this.#submit(info, inputs, options))
  }

  async #submit(info: AnyOperationInfo, inputs: unknown, options: SubmitOptions): Promise<Job> {
    const { force = false, priority = 0, principal = LOCAL } = options
    await this.#housekeeping.start()
    const job = await this.#prepare(info, inputs, principal)
    const { known, result } = await this.#results.look(job.key)
    const submission: Submission = { id: randomUUID(), principal, created: new Date().toISOString(), inputs: job.sent }
    if (result !== undefined && !force) return this.#job(result, principal, undefined, true)
    const { inputs: seen, provenance } = job
    const draft = { key: job.key, inputs: seen, provenance, operation: provenance.operation, begunBy: submission.id }
    // Of a result that is not whole any more, or not wanted, another is made; not of one that another submission has made meanwhile.
    const outdated = known?.status === 'COMPLETED' || force ? Math.max(known?.attempt ?? 0, result?.attempt ?? 0) : 0
    this.#checkOpen()
    const { record } = await this.#parts.records.submit(draft, submission, { outdated })
    // Also where the attempt began before: this host may be the only one left of those that knew of it.
    if (!isEnded(record.status)) await this.#run({ key: job.key, operationId: info.id, priority }, submission)
    return this.#job(record, principal, submission, false)
  }

  /**
   * Gets those jobs done that were submitted before and have not ended: of hosts that were closed or died, as far as the record store knows
   * them. What another host runs now is left to it as long as it lives.
   *
   * @returns how many there are. Jobs of operations that this host does not have are left to those that do.
   */
  async resume(): Promise<number> {
    this.#checkOpen()
    await this.#housekeeping.start()
    const { executor, operations, records } = this.#parts
    let count = 0
    for (const status of ['IN_PROGRESS', 'PENDING'] as const) {
      for await (const { key, operation } of allRecords(records, status)) {
        if (operations.find(operation.id) === undefined) continue
        await submitRun(executor, { key, operationId: operation.id, priority: 0 })
        count++
      }
    }
    return count
  }

  /**
   * Removes what dead processes left behind here, and records whose time is over; from then on every hour. The first `submit` and `resume` do so,
   * too: this is for who only does what others submit.
   */
  async tidy(): Promise<void> {
    this.#checkOpen()
    await this.#housekeeping.start()
  }

  /** What {@link submit} would do, without doing it. */
  async plan(operation: string | AnyOperationClass, inputs: unknown, options: SubmitOptions = {}): Promise<Plan> {
    this.#checkOpen()
    const info = this.#infoOf(operation)
    const job = await this.#prepare(info, inputs, options.principal ?? LOCAL)
    const { known, result } = await this.#results.look(job.key, true)
    const reason = reasonOf(known, result, options.force === true)
    const cached = result !== undefined && options.force !== true
    return { key: job.key, operation: info, inputs: job.inputs, cached, reason }
  }

  /**
   * The record of a job: of its latest attempt. Where that has no output, or none yet, the output is that of the result which stands: an attempt
   * that `force` began takes no result away. When it has ended without one, and the job is submitted again, the record is that of the result
   * again, whose history tells how the attempt went.
   *
   * @returns undefined where none is known, or this principal may not know of it. Who may get it and not open it reads which files the output
   * has, without URLs, and none of its data.
   */
  async get(key: string, options: { principal?: Principal } = {}): Promise<JobRecord | undefined> {
    const record = await this.#allowed(await this.#results.find(key), 'get', options.principal)
    if (record === undefined) return undefined
    const output = record.output ?? (await this.#results.beside(record))?.output ?? null
    const isOpen = output === null || (await this.#mayOpen(record, options.principal))
    const urlOf = mintedUrls(this.#storage)
    return recordView({ ...record, output }, urlOf, { cached: record.status === 'COMPLETED', isOpen })
  }

  /**
   * A handle on a job that was submitted before, by whichever host of this record store: to watch it, wait for it, or take the submission back.
   *
   * @param options the submission, by its name (`Job.submission`); the principal's latest where absent. A job that this principal did not
   * submit can be watched, where `authorize` lets him get it; cancelling it then changes nothing, but by force where `authorize` lets him.
   * @returns undefined where none is known, or this principal may not know of it.
   */
  async job(key: string, options: { principal?: Principal; submission?: string } = {}): Promise<Job | undefined> {
    const { principal = LOCAL, submission } = options
    const record = await this.#allowed(await this.#results.find(key), 'get', principal)
    if (record === undefined) return undefined
    const own = (await this.#parts.records.submissions(key)).filter((one) => one.principal.id === principal.id)
    const meant = own.findLast(({ id }) => submission === undefined || id === submission)
    // Whoever asked for the latest attempt hears how that went; for others there is the result that stands.
    const result = meant === undefined && isEnded(record.status) ? await this.#results.beside(record) : undefined
    const followed = result ?? record
    return this.#job(followed, principal, meant, followed.status === 'COMPLETED')
  }

  /**
   * The bytes of a result: one object of an output file. The caller closes the source. A result stands until another is committed: it can be
   * had while `force` has the job run again, and when that fails. Before there is one, what a run has published of its output can be had.
   *
   * @param basename as in `output_files`
   * @param role `fits`, `large`, `small`, `tif`, or whatever else the operation wrote
   * @returns undefined where the result or the object is not there, or this principal may not have it
   */
  async open(
    basename: string,
    role = 'fits',
    options: { principal?: Principal } = {},
  ): Promise<ByteSource | undefined> {
    const named = await this.#results.named(basename, role)
    if (named === undefined || !(await this.#mayOpen(named.record, options.principal))) return undefined
    return this.#storage.open(named.object)
  }

  /**
   * Deletes what nobody needs any more from the storage: results that are older than their life, and what attempts left behind. It may be
   * called at any time, and be broken off; a service calls it once a day.
   */
  collectGarbage(options: GarbageOptions = {}): Promise<GarbageReport> {
    this.#checkOpen()
    const parts = { ...this.#parts, storage: this.#storage }
    return new GarbageCollection(parts, { resultLife: this.#parts.recordLife, ...options }).run()
  }

  /** Ends what is going on, and closes the executor, stores and sources. Closing twice is the same as once. */
  close(): Promise<void> {
    this.#closing ??= closeHost(this.#parts, this.#housekeeping)
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new DataLabError('DATALAB_CLOSED', 'This host is closed; make a new one.')
  }

  #infoOf(operation: string | AnyOperationClass): AnyOperationInfo {
    const name = typeof operation === 'string' ? operation : operation?.info?.id
    if (typeof name !== 'string')
      throw new TypeError('Submit an operation by its class, its name or its id; what was given is none of them.')
    return this.#parts.operations.get(name).info
  }

  /** The job that these inputs are, if this principal may have it: asked before any cache is looked into, so that a hit tells nothing. */
  async #prepare(info: AnyOperationInfo, inputs: unknown, principal: Principal): Promise<PreparedJob> {
    const surroundings = {
      services: providersOf(info, this.#parts),
      sources: this.#sources,
      limits: this.#parts.payload,
      onUnidentified: async (subject: Omit<AccessSubject, 'key'>) => {
        if (!(await this.#access.mayLearnWhy(principal, subject))) throw refused(info.name)
      },
    }
    const job = await prepareJob(info, inputs, surroundings, { principal })
    const subject = { key: job.key, operation: job.provenance.operation, inputs: job.inputs }
    if (!(await this.#access.isAllowed(principal, 'submit', subject))) throw refused(info.name)
    return job
  }

  async #allowed(
    record: StoredRecord | undefined,
    action: Action,
    principal: Principal = LOCAL,
  ): Promise<StoredRecord | undefined> {
    return record && (await this.#access.isAllowed(principal, action, record)) ? record : undefined
  }

  /** Gets a run done; where none can be, the submission that asked for it does not stand. */
  async #run(ticket: RunTicket, submission: Submission): Promise<void> {
    try {
      await submitRun(this.#parts.executor, ticket)
    } catch (error) {
      await this.#parts.records.withdraw(ticket.key, submission.id)
      throw error
    }
  }

  /** The source `datalab`, as far as the one who asks may see it. */
  #resultSource(): FileSource {
    const own = this.#parts.sources.get('datalab')
    if (own !== undefined && !(own instanceof ResultSource)) return own
    return new ResultSource(this.#storage, async (principal, key) => {
      return (await this.#allowed(await this.#results.find(key), 'open', principal)) !== undefined
    })
  }

  #mayOpen(record: StoredRecord, principal: Principal = LOCAL): Promise<boolean> {
    return this.#access.isAllowed(principal, 'open', record)
  }

  #job(record: StoredRecord, principal: Principal, submission: Submission | undefined, cached: boolean): Job {
    const { executor, records } = this.#parts
    const parts: JobParts = {
      records,
      storage: this.#storage,
      standing: (key) => this.#results.standing(key),
      mayOpen: (one) => this.#mayOpen(one, principal),
      mayCancel: (one) => this.#access.mayCancel(principal, one),
      abort: (key) => abortRun(executor, key),
    }
    return new Job(parts, record, submission, cached)
  }
}
