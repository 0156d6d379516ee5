import { Buffer } from 'node:buffer'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { program } from '../pool-worker.gen.js'
import { compiledModules } from '../simd/compiled-module.js'
import { hasSimd } from '../simd/has-simd.js'
import type { BandJob, BandReply } from './band-job.js'

/** A job that waits for a thread, or is with one. */
interface Pending {
  readonly job: BandJob
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

const SHARED = Symbol.for('@datalab/pixels/worker-pool@1')

/**
 * Threads that combine bands, of which there are as many as processors. They are started when there is work for them, and do not keep the
 * process alive when there is none.
 */
export class WorkerPool {
  readonly #waiting: Pending[] = []
  readonly #idle: Worker[] = []
  readonly #busy = new Map<Worker, Pending>()

  constructor(readonly size: number) {}

  /** Has a thread combine a band. Resolves when the result is in the band's memory. */
  run(job: BandJob): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject })
      this.#assign()
    })
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const worker = this.#idle.pop() ?? (this.#busy.size < this.size ? this.#start() : undefined)
      if (worker === undefined) return
      const pending = this.#waiting.shift()!
      this.#busy.set(worker, pending)
      worker.ref()
      worker.postMessage(pending.job)
    }
  }

  #start(): Worker {
    const url = new URL(`data:text/javascript;base64,${Buffer.from(program).toString('base64')}`)
    const workerData = { modules: hasSimd() ? compiledModules() : new Map() }
    const worker = new Worker(url, { workerData, execArgv: [] })
    worker.on('message', ({ error }: BandReply) => this.#finish(worker, error))
    worker.on('error', (error) => this.#lose(worker, error))
    worker.on('exit', (code) => this.#lose(worker, new Error(`A thread for pixels ended with code ${code}.`)))
    return worker
  }

  #finish(worker: Worker, error: string | undefined): void {
    const pending = this.#busy.get(worker)
    this.#busy.delete(worker)
    worker.unref()
    this.#idle.push(worker)
    if (error === undefined) pending?.resolve()
    else pending?.reject(new Error(error))
    this.#assign()
  }

  /** A thread that ends fails its job, and another one takes its place. */
  #lose(worker: Worker, error: Error): void {
    const pending = this.#busy.get(worker)
    this.#busy.delete(worker)
    const place = this.#idle.indexOf(worker)
    if (place >= 0) this.#idle.splice(place, 1)
    pending?.reject(error)
    this.#assign()
  }
}

/** The one pool of this process, however many copies of this package it has. */
export function sharedPool(): WorkerPool {
  const known = globalThis as { [SHARED]?: WorkerPool }
  known[SHARED] ??= new WorkerPool(availableParallelism())
  return known[SHARED]
}
