import {
  type Executor,
  type ExecutorHost,
  isDataLabError,
  type RunAnswer,
  type Runner,
  type RunTicket,
} from '@datalab/core'
import type { Deliveries } from './deliveries.js'
import type { Delivery } from './delivery.js'
import { Intake } from './intake.js'
import { Offers } from './offers.js'
import { Places } from './places.js'
import type { QueuePlace } from './queue-place.js'
import { Strays } from './strays.js'
import { Turns } from './turns.js'

/** How runs are done here. */
export interface WorkplaceOptions {
  /** Does them: child processes. */
  readonly executor: Executor
  /** How many at once; as many as that executor does. */
  readonly concurrency: number
  /** What can be run: the ids of operations, by the labels of their jobs. */
  readonly labels: ReadonlyMap<string, string>
  /** A delivery is another's after so many milliseconds without a sign of life; 5000 by default. */
  readonly lockMs?: number
  /** Told of each turn of a run that has ended, and how many seconds it took. */
  readonly onTurn?: (ticket: RunTicket, seconds: number) => void
}

const LOCK_MS = 5000

/** How a turn of a run has ended. */
interface Outcome extends RunAnswer {
  readonly isAborted: boolean
  /** Whether it is for another worker, since this one closes. */
  readonly isBack: boolean
}

const BACK: Outcome = { isAborted: true, isBack: true }

/** Where deliveries are fetched, and their runs done, by an executor of this machine. */
export class Workplace {
  readonly #intakes: readonly Intake[]
  readonly #offers: Offers
  readonly #places: Places
  /** Who waits for the end of the turn of a run which is to begin, by the key of its job. */
  readonly #waiting = new Map<string, ((outcome: Outcome) => void)[]>()
  readonly #going = new Set<Promise<void>>()
  #limitOf: ExecutorHost['concurrencyOf'] = () => undefined

  constructor(
    place: QueuePlace,
    deliveries: Deliveries,
    private readonly options: WorkplaceOptions,
  ) {
    const { concurrency, labels, lockMs = LOCK_MS } = options
    this.#places = new Places(concurrency, (operationId) => this.#limitOf(operationId))
    const turns = new Turns()
    const onDelivery = (delivery: Delivery) => this.#begin(delivery)
    this.#intakes = [...labels].map(
      ([label, operationId]) =>
        new Intake({ ...place, label, operationId, places: this.#places, turns, lockMs, onDelivery }),
    )
    const strays = new Strays(place, deliveries)
    this.#offers = new Offers(place, [...labels.keys()], () => void strays.look().catch(() => {}))
  }

  /** How many runs go on here. */
  get going(): number {
    return this.#places.taken
  }

  start(runner: Runner, host?: ExecutorHost): void {
    this.#limitOf = (operationId) => host?.concurrencyOf(operationId)
    this.options.executor.start(
      (ticket, signal, perform) => this.#turn(ticket, signal, () => runner(ticket, signal, perform)),
      host,
    )
    this.#offers.start()
    for (const intake of this.#intakes) intake.start()
  }

  /** Ends the turn of a run that goes on here. Resolves when it has ended. */
  abort(key: string, reason: unknown): Promise<void> {
    return this.options.executor.abort(key, reason)
  }

  /** Fetches no more, and offers nothing. */
  stop(): void {
    this.#offers.stop()
    for (const intake of this.#intakes) intake.stop()
    this.#places.wake()
  }

  /** Resolves when no run goes on here. */
  async drain(): Promise<void> {
    while (this.#going.size > 0) await Promise.allSettled(this.#going)
  }

  /** Ends what goes on here, and gives it back. */
  async close(): Promise<void> {
    this.stop()
    await this.options.executor.close()
    // What has not begun by now never will.
    for (const key of [...this.#waiting.keys()]) this.#tell(key, BACK)
    await this.drain()
    await Promise.all(this.#intakes.map((intake) => intake.close()))
  }

  #begin(delivery: Delivery): void {
    const going = this.#bring(delivery).finally(() => this.#going.delete(going))
    this.#going.add(going)
  }

  async #bring(delivery: Delivery): Promise<void> {
    const { ticket } = delivery
    const { againInMs, isAborted, isBack } = await this.#outcomeOf(ticket)
    this.#places.free(ticket.operationId)
    if (isBack) await delivery.back()
    else if (againInMs !== undefined && !isAborted) await delivery.again(againInMs)
    else await delivery.done()
  }

  async #outcomeOf(ticket: RunTicket): Promise<Outcome> {
    const outcome = new Promise<Outcome>((resolve) => {
      this.#waiting.set(ticket.key, [...(this.#waiting.get(ticket.key) ?? []), resolve])
    })
    await this.options.executor.submit(ticket).catch(() => this.#tell(ticket.key, BACK))
    return outcome
  }

  /** A turn of the executor's. What is to come after it is for the queue to say. */
  async #turn(ticket: RunTicket, signal: AbortSignal, run: () => Promise<RunAnswer>): Promise<RunAnswer> {
    const waiting = this.#waiting.get(ticket.key) ?? []
    this.#waiting.delete(ticket.key)
    const start = performance.now()
    const answer = await run()
    this.options.onTurn?.(ticket, (performance.now() - start) / 1000)
    const isBack = signal.aborted && isDataLabError(signal.reason, 'DATALAB_CLOSED')
    for (const resolve of waiting) resolve({ ...answer, isAborted: signal.aborted, isBack })
    return {}
  }

  #tell(key: string, outcome: Outcome): void {
    const waiting = this.#waiting.get(key) ?? []
    this.#waiting.delete(key)
    for (const resolve of waiting) resolve(outcome)
  }
}
