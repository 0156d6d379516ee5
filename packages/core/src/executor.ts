import type { Logger } from './logger.js'
import type { Reach } from './object-storage.js'
import type { Perform } from './perform.js'

/** A run to be done: JSON, so that it can travel. */
export interface RunTicket {
  /** The key of the job; its record holds the rest. */
  readonly key: string
  readonly operationId: string
  /** Higher runs first; 0 by default. */
  readonly priority: number
}

/** What an executor can do, for the host that chooses one and the suite that tests it. */
export interface ExecutorSupports {
  /** A run that crashes, or takes all memory, takes nothing else with it. */
  readonly isolation: boolean
  /** A run that does not watch its signal is ended nevertheless. */
  readonly preemption: boolean
  /** What waits outlives this process: closing the executor leaves it, and what it gives back, to others. Not so where absent. */
  readonly durable?: boolean
}

/** What a runner says when it is done with a ticket. */
export interface RunAnswer {
  /** Bring the ticket again, in so many milliseconds: the run is to be tried again then, or goes on elsewhere now. */
  readonly againInMs?: number
}

/**
 * Does a run, start to end, here: claims it, has the operation called, publishes the result. Never rejects.
 *
 * @param perform who calls the operation; this process where absent
 */
export type Runner = (ticket: RunTicket, signal: AbortSignal, perform?: Perform) => Promise<RunAnswer>

/** What an executor is told of the host whose runs it does. */
export interface ExecutorHost {
  readonly log: Logger
  /** How many runs of an operation may go on at once on this machine; undefined where that is not limited. */
  concurrencyOf(operationId: string): number | undefined
  /** How far what its runs work with is shared, by what it is called: `record store`, `storage`, `source archive`. */
  readonly reaches?: ReadonlyMap<string, Reach>
}

/** Decides where and when runs are done. */
export interface Executor {
  readonly supports: ExecutorSupports
  /** How many runs go on at once on this machine, where it says. */
  readonly concurrency?: number
  /** Takes the host's runner, once, before the first run is submitted. Throws where it cannot do the runs of this host. */
  start(runner: Runner, host?: ExecutorHost): void
  /**
   * Accepts a ticket; resolves when it is accepted, not when the run is done. A ticket of a job that is here already is the same ticket. The
   * executor brings it to the runner until that has no more use for it.
   */
  submit(ticket: RunTicket): Promise<void>
  /** Ends the run of this job, waiting or going on, if it is here. Resolves when it has ended. */
  abort(key: string, reason?: unknown): Promise<void>
  /** Resolves when no run is waiting or going on. */
  drain(): Promise<void>
  /**
   * Ends what goes on here, with a reason of the code DATALAB_CLOSED, and so what waits, unless that outlives this process; accepts no more.
   * Resolves when all has ended.
   */
  close(): Promise<void>
}
