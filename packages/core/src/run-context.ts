import type { Logger } from './logger.js'
import type { Memory } from './memory-budget.js'
import type { Provenance } from './provenance.js'
import type { ServiceKey } from './service.js'

/** What a run lends to its services, and to the operation through its base class. */
export interface RunContext {
  /** The key of the job. */
  readonly key: string
  /** Which attempt at the job this is, from 1. */
  readonly attempt: number
  /** Aborted when the run is to end early; what is still running then should stop soon. */
  readonly signal: AbortSignal
  readonly log: Logger
  /** Where the results come from; every output carries it. */
  readonly provenance: Provenance
  /** A folder of this run alone, made on first use and removed when the run ends. */
  readonly scratch: string
  /** Memory for pixels, of which all runs of the host take. */
  readonly memory: Memory
  /**
   * The service of this key: one that the operation's `info.requires` names, or one that every run has.
   *
   * @throws DATALAB_SERVICE_MISSING when the operation does not require it, or nobody provides it.
   */
  use<Service>(key: ServiceKey<Service>): Service
  /** Adds a sentence to the result that the user should know. Saying it twice is the same as saying it once. */
  addWarning(text: string): void
}
