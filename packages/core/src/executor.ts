/** A run to be done: JSON, so that it can travel. */
export interface RunTicket {
  /** The key of the job; its record holds the rest. */
  readonly key: string
  readonly operationId: string
  /** Run it even where a result is there. */
  readonly force: boolean
  /** Higher runs first; 0 by default. */
  readonly priority: number
}

/** What an executor can do, for the host that chooses one and the suite that tests it. */
export interface ExecutorSupports {
  /** A run that crashes, or takes all memory, takes nothing else with it. */
  readonly isolation: boolean
  /** A run that does not watch its signal is ended nevertheless. */
  readonly preemption: boolean
}

/** Does a run, start to end, here: claims it, calls the operation, publishes the result. Never rejects. */
export type Runner = (ticket: RunTicket, signal: AbortSignal) => Promise<void>

/** Decides where and when runs are done. */
export interface Executor {
  readonly supports: ExecutorSupports
  /** Takes the host's runner, once, before the first run is submitted. */
  start(runner: Runner): void
  /** Accepts a run; resolves when it is accepted, not when it is done. */
  submit(ticket: RunTicket): Promise<void>
  /** Ends the run of this job, waiting or going on, if it is here. Resolves when it has ended. */
  abort(key: string, reason?: unknown): Promise<void>
  /** Resolves when no run is waiting or going on. */
  drain(): Promise<void>
  /** Aborts what is left, and accepts no more. */
  close(): Promise<void>
}
