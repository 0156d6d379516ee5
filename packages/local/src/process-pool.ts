import { ProcessWorker, type WorkerOptions } from './process-worker.js'

/** Children that wait for work: started when they are needed, used again, ended when they have waited long. */
export class ProcessPool {
  readonly #workers = new Set<ProcessWorker>()
  /** The one used last is at the end, and used first. */
  readonly #idle: ProcessWorker[] = []
  readonly #timers = new Map<ProcessWorker, NodeJS.Timeout>()
  #isClosed = false

  constructor(
    private readonly options: WorkerOptions,
    private readonly idleMs: number,
  ) {}

  /**
   * A child for one run.
   *
   * @param isFit whether a child that has worked before will do for it; one that will not is ended
   */
  async take(isFit: (worker: ProcessWorker) => Promise<boolean>): Promise<ProcessWorker> {
    for (let worker = this.#idle.pop(); worker !== undefined; worker = this.#idle.pop()) {
      clearTimeout(this.#timers.get(worker))
      if (!worker.isSpent && (await isFit(worker)) && !worker.isSpent) return worker
      void worker.end()
    }
    return this.#start()
  }

  /** Takes a child back when its run is over. */
  giveBack(worker: ProcessWorker): void {
    if (worker.isSpent || this.#isClosed) {
      void worker.end()
      return
    }
    const timer = setTimeout(() => this.#retire(worker), this.idleMs)
    timer.unref()
    this.#timers.set(worker, timer)
    this.#idle.push(worker)
  }

  /** Ends all children. Resolves when they have ended. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    await Promise.all([...this.#workers].map((worker) => worker.end()))
  }

  #start(): ProcessWorker {
    const worker = new ProcessWorker(this.options)
    this.#workers.add(worker)
    void worker.ended.then(() => {
      this.#remove(worker)
      this.#workers.delete(worker)
    })
    return worker
  }

  #retire(worker: ProcessWorker): void {
    this.#remove(worker)
    void worker.end()
  }

  /** From those that wait. */
  #remove(worker: ProcessWorker): void {
    clearTimeout(this.#timers.get(worker))
    this.#timers.delete(worker)
    const index = this.#idle.indexOf(worker)
    if (index >= 0) this.#idle.splice(index, 1)
  }
}
