import type { Job } from './job.js'
import type { JsonObject } from './json.js'
import type { KnownStep } from './pipeline-order.js'
import { outputReferences, type StepRecord, type StepStatus } from './pipeline-record.js'
import { isEnded, type JobRecord, type RecordError } from './record.js'

/** A step while it is run: its jobs as they go, and how it ended. */
export class StepRun {
  readonly #jobs = new Map<number, { job: Job; record: JobRecord }>()
  /** How many jobs it has, when that is known. */
  #count: number | undefined
  #error: RecordError | null = null
  #isOver = false

  constructor(readonly step: KnownStep) {}

  get isCompleted(): boolean {
    return this.status === 'COMPLETED'
  }

  get status(): StepStatus {
    const records = this.#records()
    if (this.#error !== null) return 'FAILED'
    if (this.#count === records.length && records.every(({ status }) => status === 'COMPLETED')) return 'COMPLETED'
    if (this.#isOver) return records.length === 0 ? 'NOT_RUN' : 'CANCELLED'
    return records.some(({ status }) => status !== 'PENDING') ? 'IN_PROGRESS' : 'PENDING'
  }

  /** Its output files as references, when it is completed. */
  get outputs(): JsonObject[] {
    return outputReferences(this.#records())
  }

  begin(count: number): void {
    this.#count = count
  }

  update(index: number, job: Job, record: JobRecord): void {
    this.#jobs.set(index, { job, record })
  }

  fail(error: RecordError): void {
    this.#error ??= error
  }

  /** Nothing of it goes on any more. */
  end(): void {
    this.#isOver = true
  }

  /** Takes back what was submitted; where it says so, only what was not begun. Resolves when that is done. */
  async withdraw(options: { onlyPending: boolean }): Promise<void> {
    const isMeant = ({ status }: JobRecord) => (options.onlyPending ? status === 'PENDING' : !isEnded(status))
    const meant = [...this.#jobs.values()].filter(({ record }) => isMeant(record))
    await Promise.all(meant.map(({ job }) => job.cancel()))
  }

  record(): StepRecord {
    const { id, info, needs } = this.step
    const { status } = this
    const jobs = this.#records()
    return {
      id,
      operation: info.name,
      needs,
      status,
      progress: status === 'COMPLETED' ? 1 : sum(jobs.map(({ progress }) => progress)) / (this.#count || 1),
      message: this.#error?.message ?? this.#message(jobs),
      error: this.#error,
      cached: status === 'COMPLETED' && jobs.every(({ cached }) => cached),
      jobs,
    }
  }

  #message(jobs: readonly JobRecord[]): string | null {
    if (this.#count === 1) return jobs[0]?.message ?? null
    if (this.#count === undefined) return null
    return `${jobs.filter(({ status }) => status === 'COMPLETED').length} of ${this.#count}`
  }

  #records(): JobRecord[] {
    return [...this.#jobs].sort(([a], [b]) => a - b).map(([, { record }]) => record)
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
