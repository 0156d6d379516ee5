import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RunTicket, withinTime } from '@datalab/core'
import type { Worker } from 'bullmq'
import { Delivery } from './delivery.js'
import type { Places } from './places.js'
import { bullPrefix, type QueuePlace } from './queue-place.js'
import type { Turns } from './turns.js'

/** What is fetched, for whom, and by what rules. */
export interface IntakeParts extends QueuePlace {
  readonly label: string
  readonly operationId: string
  readonly places: Places
  /** Those of all intakes of a process. */
  readonly turns: Turns
  /** A delivery is another's after so many milliseconds without a sign of life. */
  readonly lockMs: number
  /** Takes a delivery, for which a place is taken. */
  readonly onDelivery: (delivery: Delivery) => void
}

/** How often it is looked for deliveries whose workers have died, in milliseconds. */
const STALLED_MS = 2000

/** For so many seconds a worker that has nothing to do waits for something at a time. */
const WAIT_S = 2

/** Redis is asked again after so many milliseconds when it did not answer. */
const PAUSE_MS = 250

/** No worker may be lost so often: how often its job is run nevertheless is for the record to say. */
const NO_LIMIT = 2 ** 31

/**
 * Fetches the deliveries of one label, as long as there are places for them. BullMQ has a queue and its locks, and brings again what a worker
 * that died had fetched.
 */
export class Intake {
  readonly #held = new Set<Delivery>()
  #worker: Worker<RunTicket> | undefined
  #keeper: NodeJS.Timeout | undefined
  #isClosing = false
  /** Whether nothing was there when it was looked last, and nothing has happened since: then it is waited for at once. */
  #isDrained = false

  constructor(private readonly parts: IntakeParts) {}

  start(): void {
    this.#keeper = setInterval(() => void this.#keepLocks(), this.parts.lockMs / 3)
    void this.#fetchAll()
  }

  /** Fetches no more. */
  stop(): void {
    this.#isClosing = true
  }

  /** Closes the queue. What is held by then is delivered again when its lock has run out. */
  async close(): Promise<void> {
    this.stop()
    clearInterval(this.#keeper)
    const worker = this.#worker
    this.#worker = undefined
    // A connection that is just being made again may never say that it is closed.
    await withinTime(worker?.close(true) ?? Promise.resolve(), PAUSE_MS, () => undefined).catch(() => {})
  }

  async #fetchAll(): Promise<void> {
    const { operationId, places } = this.parts
    while (!this.#isClosing) {
      if (!places.isFree(operationId)) this.#isDrained = false
      await places.whenFree(operationId)
      if (this.#isClosing) return
      try {
        const worker = await this.#opened()
        this.#isDrained = !(await (this.#isDrained ? this.#fetchLater(worker) : this.#fetchNow(worker)))
      } catch {
        this.#isDrained = false
        await sleep(PAUSE_MS)
      }
    }
  }

  /** One at a time of all labels, so that each has its turn, and nothing is fetched for which there is no place. */
  #fetchNow(worker: Worker<RunTicket>): Promise<boolean> {
    const { operationId, places, turns } = this.parts
    return turns.take('fetch', async () => {
      if (this.#isClosing || !places.isFree(operationId)) return true
      const delivery = await this.#next(worker, false)
      if (delivery !== undefined) this.#take(delivery)
      return delivery !== undefined
    })
  }

  /** Waits until something comes. There may be no place for it by then: it is for another worker. */
  async #fetchLater(worker: Worker<RunTicket>): Promise<boolean> {
    const delivery = await this.#next(worker, true)
    if (delivery !== undefined) this.#take(delivery)
    return delivery !== undefined
  }

  #take(delivery: Delivery): void {
    const { operationId, places, onDelivery } = this.parts
    if (!this.#isClosing && places.take(operationId)) onDelivery(delivery)
    else void delivery.back()
  }

  async #next(worker: Worker<RunTicket>, block: boolean): Promise<Delivery | undefined> {
    const token = randomUUID()
    const job = await worker.getNextJob(token, { block })
    if (job === undefined) return undefined
    const delivery: Delivery = new Delivery(this.parts.link, job, token, () => this.#held.delete(delivery))
    this.#held.add(delivery)
    return delivery
  }

  async #opened(): Promise<Worker<RunTicket>> {
    this.#worker ??= await this.#open()
    return this.#worker
  }

  async #open(): Promise<Worker<RunTicket>> {
    const { label, link, lockMs, prefix } = this.parts
    const { Worker } = await import('bullmq')
    const worker = new Worker<RunTicket>(label, null, {
      connection: await link.ready(),
      prefix: bullPrefix(prefix),
      autorun: false,
      drainDelay: WAIT_S,
      lockDuration: lockMs,
      stalledInterval: Math.min(STALLED_MS, lockMs),
      maxStalledCount: NO_LIMIT,
    })
    // What fails is thrown where it is called, or tried again.
    worker.on('error', () => {})
    try {
      await withinTime(worker.waitUntilReady(), lockMs, () => new Error(`no answer within ${lockMs} milliseconds`))
    } catch (error) {
      void worker.close(true).catch(() => {})
      throw error
    }
    await worker.startStalledCheckTimer()
    return worker
  }

  /** A lock that could not be kept is another's by now: the record says whose the run is. */
  async #keepLocks(): Promise<void> {
    const [held, worker] = [[...this.#held], this.#worker]
    if (held.length === 0 || worker === undefined) return
    const [ids, tokens] = [held.map(({ id }) => id), held.map(({ token }) => token)]
    await this.parts.link.use(() => worker.extendJobLocks(ids, tokens, this.parts.lockMs)).catch(() => {})
  }
}
