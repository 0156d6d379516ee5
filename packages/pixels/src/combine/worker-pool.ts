import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { loadKernels } from '../load-kernels.js'
import { program } from '../pool-worker.gen.js'
import { compiledModules } from '../simd/compiled-module.js'
import { hasSimd } from '../simd/has-simd.js'
import type { BandJob, BandReply, SessionNews } from './band-job.js'
import { BandWork } from './band-work.js'
import type { StoredSetup } from './stored-bands.js'

/** A job that waits for a thread, or is with one. */
interface Pending {
  readonly job: BandJob
  readonly session: Session | undefined
  readonly resolve: (isDone: boolean) => void
  readonly reject: (error: Error) => void
}

/** Frames that many jobs are about, of which each thread is told once. */
export interface Session {
  readonly number: number
  readonly setup: StoredSetup
}

const SHARED = Symbol.for('@datalab/pixels/worker-pool@2')

/** Less work than this, in milliseconds, is done before a thread has started, or before one that is there is told of it. */
const WORTH_STARTING = 100
const WORTH_ASKING = 20

/** A thread works on memory that is no garbage: it needs little room for what is. */
const LIMITS = { maxYoungGenerationSizeMb: 1 }

/** Where the system gives no thread, it is asked again after so many milliseconds. */
const START_AGAIN_MS = 1000

/** Jobs that a thread has at once: while its reply is read, it works on the next. */
const DEPTH = 2

/**
 * Threads that combine bands. They are started when there is work for them, and do not keep the process alive when there is none.
 *
 * There is one less than processors, since the thread that has work for them works, too. Where the system gives none, as a process may have
 * only so many threads and open files, this thread does their work.
 */
export class WorkerPool {
  readonly #waiting: Pending[] = []
  readonly #threads = new Map<Worker, Pending[]>()
  readonly #running = new WeakSet<Worker>()
  readonly #told = new Map<Session, Set<Worker>>()

  #sessions = 0
  /** When a thread may be started; a time of performance.now(). */
  #startAfter = Number.NEGATIVE_INFINITY
  #ownWork: BandWork | undefined

  constructor(readonly size: number) {}

  /** Has a thread combine a band. Resolves when the result is in the band's memory; to false where the thread could not read the frames. */
  run(job: BandJob, session?: Session): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, session, resolve, reject })
      this.#assign()
    })
  }

  /** Starts a thread, where there is none, for work that is to come. */
  prepare(): void {
    if (this.#threads.size === 0) this.#start()?.unref()
  }

  /** Whether so much work, in milliseconds, is worth a thread: one that has to be started takes a while. */
  isWorth(milliseconds: number): boolean {
    return milliseconds >= (this.#threads.size === 0 ? WORTH_STARTING : WORTH_ASKING)
  }

  /** Frames that jobs will be about. */
  begin(setup: StoredSetup): Session {
    return { number: ++this.#sessions, setup }
  }

  /** Lets threads forget the frames, when no job is about them any more. */
  end(session: Session): void {
    for (const worker of this.#told.get(session) ?? [])
      worker.postMessage({ kind: 'end', session: session.number } satisfies SessionNews)
    this.#told.delete(session)
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const worker = this.#freest()
      if (worker === undefined) {
        if (this.#threads.size === 0) for (const pending of this.#waiting.splice(0)) this.#doHere(pending)
        return
      }
      const pending = this.#waiting.shift()!
      const jobs = this.#threads.get(worker)!
      if (jobs.length === 0) worker.ref()
      jobs.push(pending)
      this.#tell(worker, pending.session)
      worker.postMessage(pending.job)
    }
  }

  /** A thread with nothing to do, a new one, or one with little to do; undefined where all have enough. */
  #freest(): Worker | undefined {
    const [freest] = [...this.#threads].sort(([, a], [, b]) => a.length - b.length)
    if (freest?.[1].length === 0) return freest[0]
    const started = this.#threads.size < this.size ? this.#start() : undefined
    if (started !== undefined) return started
    return freest !== undefined && freest[1].length < DEPTH ? freest[0] : undefined
  }

  #tell(worker: Worker, session: Session | undefined): void {
    if (session === undefined) return
    const told = this.#told.get(session) ?? new Set()
    this.#told.set(session, told)
    if (told.has(worker)) return
    told.add(worker)
    worker.postMessage({ kind: 'begin', session: session.number, setup: session.setup } satisfies SessionNews)
  }

  /** Undefined where the system gives no thread. */
  #start(): Worker | undefined {
    if (performance.now() < this.#startAfter) return undefined
    const worker = this.#newWorker()
    if (worker === undefined) return undefined
    this.#threads.set(worker, [])
    worker.on('online', () => this.#running.add(worker))
    worker.on('message', (reply: BandReply) => this.#finish(worker, reply))
    worker.on('error', (error) => this.#lose(worker, error))
    worker.on('exit', (code) => this.#lose(worker, new Error(`A thread for pixels ended with code ${code}.`)))
    return worker
  }

  #newWorker(): Worker | undefined {
    const workerData = { modules: hasSimd() ? compiledModules() : new Map() }
    try {
      return new Worker(program, { eval: true, workerData, execArgv: [], resourceLimits: LIMITS })
    } catch {
      this.#startAfter = performance.now() + START_AGAIN_MS
      return undefined
    }
  }

  /** Threads do one job after the other, so that the reply is to the first. */
  #finish(worker: Worker, { error, isDone }: BandReply): void {
    const jobs = this.#threads.get(worker)
    const pending = jobs?.shift()
    if (jobs?.length === 0) worker.unref()
    if (error === undefined) pending?.resolve(isDone)
    else pending?.reject(new Error(error))
    this.#assign()
  }

  /** Of a thread that ends, or could not start, this one does the jobs; but for bands that it may have changed. */
  #lose(worker: Worker, error: Error): void {
    const jobs = this.#threads.get(worker) ?? []
    const hasRun = this.#running.has(worker)
    if (!hasRun) this.#startAfter = performance.now() + START_AGAIN_MS
    this.#threads.delete(worker)
    for (const workers of this.#told.values()) workers.delete(worker)
    for (const pending of jobs) {
      if (hasRun && pending.job.kind === 'shared') pending.reject(error)
      else this.#doHere(pending)
    }
    this.#assign()
  }

  #doHere({ job, resolve, reject }: Pending): void {
    try {
      // Rows of files are read in another way then.
      if (job.kind !== 'stored') {
        this.#ownWork ??= new BandWork(loadKernels({ arenaBytes: 0 }))
        this.#ownWork.do(job)
      }
      resolve(job.kind !== 'stored')
    } catch (error) {
      reject(error as Error)
    }
  }
}

/** The one pool of this process, however many copies of this package it has. */
export function sharedPool(): WorkerPool {
  const known = globalThis as { [SHARED]?: WorkerPool }
  known[SHARED] ??= new WorkerPool(Math.max(1, availableParallelism() - 1))
  return known[SHARED]
}
