import { setTimeout as sleep } from 'node:timers/promises'
import {
  AbortedError,
  DataLabError,
  type Executor,
  type ExecutorHost,
  type ExecutorSupports,
  type Runner,
  type RunTicket,
} from '@datalab/core'
import { Deliveries } from './deliveries.js'
import { Offers } from './offers.js'
import { checkedPrefix } from './prefix.js'
import { checkReaches } from './reaches.js'
import type { RedisAddress } from './redis-address.js'
import { RedisLink } from './redis-link.js'
import { Workplace, type WorkplaceOptions } from './workplace.js'

/** Settings of a {@link BullMQExecutor}. */
export interface BullMQExecutorOptions {
  /** The Redis of the records: `redis://host:6379/0`, `rediss://user:password@host` with TLS, or the options of ioredis. */
  readonly redis: RedisAddress
  /** What the names of all keys begin with; `datalab` by default. The records have the same. */
  readonly prefix?: string
  /**
   * What all machines see the same, though its class cannot know: folders that each has mounted at the same path. `true` for all of it, or a
   * list: `storage`, `source local`.
   */
  readonly shared?: boolean | readonly string[]
  /** Where runs are done in this process as well; by workers alone where absent. */
  readonly workplace?: WorkplaceOptions
}

/** It is looked so often whether nothing is left, in milliseconds. */
const LOOK_MS = 50

/**
 * Has runs done by workers, on any number of machines: `datalab worker`, or {@link startWorker}. BullMQ delivers to one of those that have the
 * operation, its revision, and the services of the job; while there is none, the job waits, and its record says for what.
 *
 * What waits outlives this process. A worker that dies is noticed within some seconds, and its run is done by another. Who cancels is heard
 * wherever the run goes on.
 *
 * Connections are opened by the first call. Calls throw REDIS_UNAVAILABLE (retryable) within seconds while Redis does not answer,
 * REDIS_UNSUITABLE for one that drops keys when its memory is full or refuses, DATALAB_CLOSED.
 *
 * @example
 * const redis = 'redis://redis.example:6379'
 * export default defineDataLab(() => ({
 *   operations: [Median], storage: s3Storage('s3://results'), records: new RedisRecordStore({ redis }), executor: new BullMQExecutor({ redis }),
 * }))
 */
export class BullMQExecutor implements Executor {
  readonly supports: ExecutorSupports
  readonly #link: RedisLink
  readonly #deliveries: Deliveries
  readonly #workplace: Workplace | undefined
  readonly #announcement: Offers
  #runner: Runner | undefined
  #closing: Promise<void> | undefined

  constructor(readonly options: BullMQExecutorOptions) {
    const { prefix = 'datalab', redis, workplace } = options
    this.#link = new RedisLink(redis)
    const place = { link: this.#link, prefix: checkedPrefix(prefix) }
    this.#deliveries = new Deliveries(place)
    this.#announcement = new Offers(place, [])
    this.#workplace = workplace && new Workplace(place, this.#deliveries, workplace)
    // Those of workers are child processes.
    const { isolation, preemption } = workplace?.executor.supports ?? { isolation: true, preemption: true }
    this.supports = { isolation, preemption, durable: true }
  }

  /** @throws DATALAB_SETUP_INVALID where what runs work with is not seen by all machines. */
  start(runner: Runner, host?: ExecutorHost): void {
    if (this.#runner !== undefined)
      throw new TypeError('This executor already works for a host; give each host its own.')
    checkReaches(host?.reaches ?? new Map(), this.options.shared)
    this.#runner = runner
    this.#workplace?.start(runner, host)
  }

  async submit(ticket: RunTicket): Promise<void> {
    this.#checkOpen()
    if (this.#runner === undefined) throw new TypeError('Start the executor before submitting to it.')
    await this.#announcement.once()
    await this.#deliveries.add(ticket, true)
  }

  /** A run that goes on elsewhere is ended there, since it hears of its record. */
  async abort(key: string, reason: unknown = new AbortedError()): Promise<void> {
    await this.#workplace?.abort(key, reason)
    if (this.#closing !== undefined) return
    const ticket = await this.#deliveries.remove(key)
    if (ticket === undefined) await this.#workplace?.abort(key, reason)
    else await this.#runner?.(ticket, AbortSignal.abort(reason))
  }

  /** Resolves when no run is waiting or going on, of whomever. */
  async drain(): Promise<void> {
    while (this.#closing === undefined && (await this.#deliveries.count()) > 0) await sleep(LOOK_MS)
    await this.#workplace?.drain()
  }

  /** How many runs go on in this process. */
  get going(): number {
    return this.#workplace?.going ?? 0
  }

  /** Whether Redis answers, as far as is known. */
  get isUp(): boolean {
    return this.#link.isUp
  }

  /**
   * Resolves when Redis answers, and the next call need not wait for anything to be loaded.
   *
   * @throws REDIS_UNAVAILABLE, REDIS_UNSUITABLE
   */
  async connect(): Promise<void> {
    await Promise.all([this.#link.ready(), import('bullmq')])
  }

  /** How many tickets wait, and how many were fetched, by their labels. */
  async queues(): Promise<ReadonlyMap<string, { waiting: number; active: number }>> {
    const labels = await this.#deliveries.labels()
    return new Map(
      await Promise.all(labels.map(async (label) => [label, await this.#deliveries.countOf(label)] as const)),
    )
  }

  /** Fetches no more, and lets what goes on here end. Resolves when that has ended. */
  async finish(): Promise<void> {
    this.#workplace?.stop()
    await this.#workplace?.drain()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#workplace?.close()
    await this.#deliveries.close()
    await this.#link.close()
  }

  #checkOpen(): void {
    if (this.#closing !== undefined)
      throw new DataLabError('DATALAB_CLOSED', 'The executor is closed and accepts no more runs.')
  }
}
