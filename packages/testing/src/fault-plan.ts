import { AbortedError, DataLabError } from '@datalab/core'

/**
 * What befalls a call: it `fail`s, and nothing is done; it is done, and `lose`s its answer; it is late by a `delay`; it is `cut`, a body
 * breaking off or a read ending early; or the plan's signal is `abort`ed when it is called.
 */
export type FaultKind = 'fail' | 'lose' | 'delay' | 'cut' | 'abort'

/** A fault, and the call that it befalls. */
export interface Fault {
  /** Counted from 0. */
  readonly at: number
  readonly kind: FaultKind
}

/** One call that was counted. */
export interface FaultCall {
  readonly index: number
  readonly service: 'storage' | 'records' | 'source'
  readonly method: string
}

/** Settings of a {@link FaultPlan}. */
export interface FaultPlanOptions {
  /** What a call fails with; by default that its service is unavailable. */
  readonly error?: (call: FaultCall) => unknown
  /** How late a call is, in milliseconds; 20 by default. */
  readonly delayMs?: number
}

/** Counts the calls of all targets that `faults` gave it, and says what befalls which. Without a fault it only counts. */
export class FaultPlan {
  readonly calls: FaultCall[] = []
  readonly delayMs: number
  readonly #abort = new AbortController()
  readonly #errorOf: (call: FaultCall) => unknown
  #befallen: FaultCall | undefined
  #error: unknown

  constructor(
    readonly fault?: Fault,
    options: FaultPlanOptions = {},
  ) {
    this.delayMs = options.delayMs ?? 20
    this.#errorOf = options.error ?? unavailable
  }

  /** For the run: aborted by a fault of the kind `abort`. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** The call that the fault befell; undefined as long as it befell none. */
  get befallen(): FaultCall | undefined {
    return this.#befallen
  }

  /** What was thrown on purpose. */
  get thrown(): unknown {
    return this.#error
  }

  /** Counts a call. */
  count(service: FaultCall['service'], method: string): FaultCall {
    const call = { index: this.calls.length, service, method }
    this.calls.push(call)
    return call
  }

  /** What befalls this call. */
  befalls(call: FaultCall): FaultKind | undefined {
    if (this.fault?.at !== call.index || !canBefall(this.fault.kind, call)) return undefined
    this.#befallen = call
    return this.fault.kind
  }

  error(call: FaultCall): unknown {
    this.#error = this.#errorOf(call)
    return this.#error
  }

  abort(): void {
    this.#abort.abort(new AbortedError())
  }
}

/** Whether a fault of this kind makes a difference to this call: only bodies and reads can be cut. */
export function canBefall(kind: FaultKind, { method }: FaultCall): boolean {
  return kind !== 'cut' || method === 'put' || method === 'read'
}

function unavailable({ service, method, index }: FaultCall): Error {
  const message = `An injected fault: ${service}.${method}, call ${index}, does not answer.`
  if (service === 'records') return new Error(message)
  const code = service === 'source' ? 'SOURCE_UNAVAILABLE' : 'STORAGE_UNAVAILABLE'
  return new DataLabError(code, message, { retryable: true })
}
