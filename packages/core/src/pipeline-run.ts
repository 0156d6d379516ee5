import { type CheckedPipeline, checkPipeline } from './check-pipeline.js'
import type { DataLab, SubmitOptions } from './datalab.js'
import { eachAtOnce } from './each-at-once.js'
import { AbortedError, DataLabError, isDataLabError } from './errors.js'
import type { Job } from './job.js'
import type { Output } from './output.js'
import type { Pipeline } from './pipeline.js'
import type { KnownStep } from './pipeline-order.js'
import { type PipelineError, type PipelineRecord, pipelineMessage, stepOutput } from './pipeline-record.js'
import { isEnded, type JobRecord, type RecordError } from './record.js'
import { type StepJobs, stepJobs } from './step-inputs.js'
import { StepRun } from './step-run.js'

/** How many jobs of a step are submitted at once. */
const AT_ONCE = 8

/**
 * Asks for the jobs of a pipeline: of each step as soon as the outputs are there that it takes. What has its result already is not run again.
 *
 * Steps that need nothing of each other go on at the same time, as far as the host's executor lets them. When one fails, no other is begun, what
 * waits is taken back, and what goes on comes to its end; results that are there stay. The pipeline itself is not kept: it goes on as long as
 * this process does, and whoever submits it again finds what was done.
 *
 * @param pipeline never changed
 * @param options go with every job; with `force` all of them are run again
 * @throws DATALAB_INPUT_INVALID with a sentence for each thing to change, before anything is submitted: of the form, unknown steps and operations,
 * circles, and inputs, as far as they do not depend on outputs.
 * @example
 * const run = await submitPipeline(lab, { steps })
 * for await (const { progress, message } of run.events) console.log(progress, message)
 * const { stack } = await run.result()
 */
export async function submitPipeline(
  lab: DataLab,
  pipeline: Pipeline,
  options: SubmitOptions = {},
): Promise<PipelineRun> {
  return new PipelineRun(lab, await checkPipeline(lab, pipeline, options), options)
}

/** A pipeline that was submitted, to watch it, wait for it, and take it back. Made by {@link submitPipeline}. */
export class PipelineRun {
  readonly #steps: readonly StepRun[]
  readonly #over: Promise<void>
  /** Whether nothing goes on any more. */
  #isOver = false
  /** Why no more is begun. */
  #stopped: 'failed' | 'cancelled' | undefined
  #error: PipelineError | null = null
  #progress = 0
  #version = 0
  readonly #waiting = new Set<() => void>()

  /** Use {@link submitPipeline}, which looks at the pipeline first. */
  constructor(
    private readonly lab: DataLab,
    private readonly pipeline: CheckedPipeline,
    private readonly options: SubmitOptions,
  ) {
    const runs = new Map(pipeline.order.map((step) => [step.id, new StepRun(step)]))
    this.#steps = pipeline.steps.map(({ id }) => runs.get(id) as StepRun)
    this.#over = this.#run(runs)
  }

  /** The record as it is now. */
  record(): PipelineRecord {
    const steps = this.#steps.map((step) => step.record())
    const { name } = this.pipeline
    const status = this.#status()
    const done = steps.reduce((total, { progress }) => total + progress, 0) / steps.length
    this.#progress = status === 'COMPLETED' ? 1 : Math.max(this.#progress, Math.min(done, 1 - Number.EPSILON))
    const reason = status === 'CANCELLED' ? 'cancelled' : (this.#error?.message ?? null)
    const message = isEnded(status) ? reason : pipelineMessage(steps)
    return {
      ...(name !== undefined && { name }),
      status,
      progress: this.#progress,
      message,
      error: this.#error,
      steps,
    }
  }

  /**
   * The record as it changes: first as it is now, then whenever it has changed, last as it ended. A slow reader sees fewer of the steps between,
   * and always the last.
   */
  get events(): AsyncIterable<PipelineRecord> {
    return { [Symbol.asyncIterator]: () => this.#events() }
  }

  /**
   * Waits for the outputs of all steps, by their ids.
   *
   * @throws DATALAB_ABORTED when it was cancelled; an error of the code of the first step that failed, whose message is for the user, and
   * whose `details.step` is its id.
   */
  async result(): Promise<Readonly<Record<string, Output>>> {
    await this.#over
    const { error, status, steps } = this.record()
    if (status === 'COMPLETED') return Object.fromEntries(steps.map((step) => [step.id, stepOutput(step)]))
    if (status === 'CANCELLED' || error === null) throw new AbortedError()
    const { code, message, step } = error
    throw new DataLabError(code, `Step '${step}': ${message}`, { audience: 'user', details: { ...error } })
  }

  /** Takes back all that was submitted of it; nothing more is begun. Resolves when that is done. What has ended stays. */
  async cancel(): Promise<void> {
    if (this.#isOver) return
    this.#stopped = 'cancelled'
    await Promise.all(this.#steps.map((step) => step.withdraw({ onlyPending: false })))
    await this.#over
  }

  #status(): PipelineRecord['status'] {
    if (this.#isOver) {
      if (this.#steps.every((step) => step.isCompleted)) return 'COMPLETED'
      return this.#stopped === 'cancelled' ? 'CANCELLED' : 'FAILED'
    }
    const isBegun = this.#steps.some(({ status }) => status !== 'PENDING' && status !== 'NOT_RUN')
    return isBegun ? 'IN_PROGRESS' : 'PENDING'
  }

  async *#events(): AsyncGenerator<PipelineRecord, void, undefined> {
    for (let seen = -1; ; ) {
      if (seen === this.#version) await new Promise<void>((resolve) => this.#waiting.add(resolve))
      seen = this.#version
      const record = this.record()
      yield record
      if (isEnded(record.status)) return
    }
  }

  #changed(): void {
    this.#version++
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }

  /** Each step waits for those it needs; those come before it. */
  async #run(runs: ReadonlyMap<string, StepRun>): Promise<void> {
    const ends = new Map<string, Promise<void>>()
    for (const [id, run] of runs) {
      const needed = run.step.needs.map((need) => ends.get(need))
      ends.set(
        id,
        Promise.all(needed).then(() => this.#runStep(run, runs)),
      )
    }
    await Promise.all(ends.values())
    this.#isOver = true
    this.#changed()
  }

  async #runStep(run: StepRun, runs: ReadonlyMap<string, StepRun>): Promise<void> {
    const { step } = run
    try {
      if (this.#stopped !== undefined || !step.needs.every((id) => runs.get(id)?.isCompleted)) return
      const jobs = stepJobs(step.info, step.inputs, (id) => runs.get(id)?.outputs)
      run.begin(jobs.count)
      await this.#submitAll(run, jobs)
    } catch (error) {
      this.#fail(run, recordError(error, step))
    } finally {
      run.end()
      this.#changed()
    }
  }

  /** Submits the jobs of a step, and follows them to their end. */
  async #submitAll(run: StepRun, { count, inputsOf }: StepJobs): Promise<void> {
    const followed: Promise<void>[] = []
    const submit = async (index: number) => {
      if (this.#stopped !== undefined) return
      const job = await this.lab.submit(run.step.info.id, inputsOf(index), this.options)
      followed.push(this.#follow(run, index, job))
    }
    try {
      await eachAtOnce(count, AT_ONCE, submit)
    } catch (error) {
      this.#fail(run, recordError(error, run.step))
    }
    await Promise.all(followed)
  }

  async #follow(run: StepRun, index: number, job: Job): Promise<void> {
    try {
      // It may have been stopped while this was submitted.
      if (this.#stopped !== undefined) await job.cancel()
      for await (const record of job.events) {
        run.update(index, job, record)
        // Also where somebody else has ended it for all who asked for it.
        const isLost = record.status === 'FAILED' || (record.status === 'CANCELLED' && this.#stopped === undefined)
        if (isLost) this.#fail(run, failureOf(record))
        this.#changed()
      }
      if (this.#stopped === 'cancelled') await job.cancel()
    } catch (error) {
      this.#fail(run, recordError(error, run.step))
    }
  }

  #fail(run: StepRun, error: RecordError): void {
    run.fail(error)
    this.#error ??= { step: run.step.id, ...error }
    this.#stopped ??= 'failed'
    // What cannot be taken back comes to its end.
    for (const step of this.#steps) step.withdraw({ onlyPending: true }).catch(() => {})
  }
}

function failureOf({ error, operation }: JobRecord): RecordError {
  return error ?? { code: 'DATALAB_FAILED', message: `${operation.name} failed.` }
}

/** What the user reads of a step that could not be submitted, or not be followed. */
function recordError(error: unknown, { info }: KnownStep): RecordError {
  const { message } = error instanceof Error ? error : new Error(String(error))
  const code = isDataLabError(error) ? error.code : 'DATALAB_INTERNAL'
  const prefix = `${info.name}: `
  return { code, message: message.startsWith(prefix) ? message.slice(prefix.length) : message }
}
