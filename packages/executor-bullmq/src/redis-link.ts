import { DataLabError, withinTime } from '@datalab/core'
import type { Redis, RedisOptions } from 'ioredis'
import { placeOf, type RedisAddress, redisOptions } from './redis-address.js'
import { checkRedis } from './redis-check.js'
import { redisError } from './redis-error.js'

/** A Redis that has not answered after so many milliseconds is taken for gone. */
const ANSWER_MS = 3000

/** One that answers others meanwhile is waited for so many times as long. */
const MOST_TURNS = 5

/** When each Redis answered again that had been away, for all connections of this process: one that is idle notices nothing. */
const returns = new Map<string, number>()

/**
 * A connection to a Redis, opened when it is first needed. While there is none, whoever asks hears so at once; it comes back by itself.
 */
export class RedisLink {
  readonly where: string
  readonly #options: RedisOptions
  readonly #listeners = new Set<() => void>()
  #client: Promise<Redis> | undefined
  #isUp = false
  /** How many calls were answered. */
  #answers = 0
  /** Whether it was up before, and is not now. */
  #wasLost = false
  /** Why it does not answer, as far as that is known. */
  #trouble: unknown
  #waiting: (() => void)[] = []
  #isClosed = false

  constructor(address: RedisAddress) {
    this.#options = redisOptions(address)
    this.where = placeOf(this.#options)
  }

  get isUp(): boolean {
    return this.#isUp
  }

  /** Milliseconds since it answered again after it had been away; infinite where it was not. */
  get sinceReturn(): number {
    return performance.now() - (returns.get(this.where) ?? Number.NEGATIVE_INFINITY)
  }

  /** Calls back whenever there is a connection again, until the function returned is called. */
  onUp(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Does something on the connection. Whether what failed was done nevertheless is not known.
   *
   * @throws REDIS_UNAVAILABLE, within seconds; REDIS_UNSUITABLE; DATALAB_CLOSED
   */
  async use<Answer>(work: (client: Redis) => Promise<Answer>): Promise<Answer> {
    const client = await this.ready()
    const late = new Error(`no answer within ${ANSWER_MS} milliseconds`)
    try {
      return await this.#answered(work(client), late)
    } catch (error) {
      if (error === late) this.#drop(client, late)
      throw redisError(this.where, error)
    }
  }

  /** While others are answered, there are only many before this one. */
  async #answered<Answer>(work: Promise<Answer>, late: Error): Promise<Answer> {
    const answer = work.finally(() => {
      this.#answers++
    })
    for (let turn = 1; ; turn++) {
      const before = this.#answers
      try {
        return await withinTime(answer, ANSWER_MS, () => late)
      } catch (error) {
        if (error !== late || this.#answers === before || turn === MOST_TURNS) throw error
      }
    }
  }

  /**
   * The connection, as soon as it is there.
   *
   * @throws as `use`
   */
  async ready(): Promise<Redis> {
    this.#checkOpen()
    this.#client ??= this.#open()
    const client = await this.#client
    const isNew = !this.#isUp && this.#trouble === undefined
    if (isNew) await withinTime(this.#change(), ANSWER_MS, () => undefined).catch(() => {})
    this.#checkOpen()
    if (this.#isUp) return client
    throw redisError(this.where, this.#trouble ?? new Error(`no answer within ${ANSWER_MS} milliseconds`))
  }

  /** Closes the connection. What has not been answered fails. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#isUp = false
    this.#listeners.clear()
    this.#wake()
    const client = await this.#client
    client?.disconnect()
  }

  async #open(): Promise<Redis> {
    // Not before it is needed: those who only read a set-up module, as child processes do, need not load it.
    const { Redis } = await import('ioredis')
    const client = new Redis(this.#options)
    client.on('ready', () => void this.#check(client))
    client.on('error', (error) => this.#fail(error))
    client.on('close', () => this.#fail(this.#trouble ?? new Error('the connection was closed')))
    client.connect().catch((error) => this.#fail(error))
    return client
  }

  /** A connection that was made may lead to another server than the one before. */
  async #check(client: Redis): Promise<void> {
    try {
      const late = () => new Error(`no answer within ${ANSWER_MS} milliseconds`)
      await withinTime(checkRedis(client, this.where), ANSWER_MS, late)
    } catch (error) {
      this.#drop(client, error)
      return
    }
    if (this.#isClosed) return
    if (this.#wasLost) returns.set(this.where, performance.now())
    this.#wasLost = false
    this.#isUp = true
    this.#trouble = undefined
    this.#wake()
    for (const listener of this.#listeners) listener()
  }

  #fail(error: unknown): void {
    this.#wasLost ||= this.#isUp
    this.#isUp = false
    this.#trouble = error
    this.#wake()
  }

  /** Begins anew: what was not answered in time may never be. */
  #drop(client: Redis, error: unknown): void {
    this.#fail(error)
    if (!this.#isClosed) client.disconnect(true)
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new DataLabError('DATALAB_CLOSED', 'This connection to Redis is closed; make a new one.')
  }
}
