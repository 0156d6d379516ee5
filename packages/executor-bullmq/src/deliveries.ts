import { randomBytes } from 'node:crypto'
import { type RunTicket, withinTime } from '@datalab/core'
import type { Queue } from 'bullmq'
import { bullPrefix, labelsKey, QUIET_EVENTS, type QueuePlace } from './queue-place.js'
import { redisError } from './redis-error.js'

/** BullMQ's own priorities go from 1, the highest, to 2^21; this is the one of tickets that have none. */
const MIDDLE = 2 ** 20

/** A queue that is not made after so many milliseconds is made anew the next time. */
const OPEN_MS = 5000

/** The queues of BullMQ as those see them who have runs done: one for each label, so that each worker takes what it can run, and no other. */
export class Deliveries {
  readonly #queues = new Map<string, Promise<Queue<RunTicket>>>()

  constructor(private readonly place: QueuePlace) {}

  /**
   * Has a ticket delivered. One of the same job that waits is the same; one that was fetched is followed by this one.
   *
   * @param wakes whether one that waits for its time is delivered at once
   */
  async add(ticket: RunTicket, wakes: boolean): Promise<void> {
    const { label = ticket.operationId, attempt = 0 } = await this.#factsOf(ticket.key)
    const queue = await this.#queueOf(label)
    // The last part, since an id that is there already would be passed over, also while its run ends.
    const jobId = `op-${ticket.key}-${attempt + 1}-${randomBytes(4).toString('hex')}`
    const priority = priorityOf(ticket)
    const deduplication = { id: ticket.key, keepLastIfActive: true, reschedule: wakes }
    const options = { jobId, priority, deduplication, removeOnComplete: true, removeOnFail: true }
    const { id } = await this.place.link.use(() => queue.add('run', { ...ticket }, options))
    if (id !== undefined && id !== jobId && ticket.priority > 0) await this.#raise(queue, id, priority)
  }

  /** Takes the ticket of a job out of its queue; undefined where none waits. */
  async remove(key: string): Promise<RunTicket | undefined> {
    const { label } = await this.#factsOf(key)
    for (const one of label === undefined ? await this.labels() : [label]) {
      const queue = await this.#queueOf(one)
      const ticket = await this.place.link.use(() => removed(queue, key))
      if (ticket !== undefined) return ticket
    }
    return undefined
  }

  /** How many tickets wait or were fetched, of all labels. */
  async count(): Promise<number> {
    const counts = await Promise.all((await this.labels()).map((label) => this.countOf(label)))
    return counts.reduce((sum, { waiting, active }) => sum + waiting + active, 0)
  }

  /** How many tickets of a label wait, and how many were fetched. */
  async countOf(label: string): Promise<{ waiting: number; active: number }> {
    const queue = await this.#queueOf(label)
    const counts = await this.place.link.use(() => queue.getJobCounts('wait', 'prioritized', 'delayed', 'active'))
    const { wait = 0, prioritized = 0, delayed = 0, active = 0 } = counts
    return { waiting: wait + prioritized + delayed, active }
  }

  /** All labels that there were tickets of. */
  labels(): Promise<string[]> {
    const { link, prefix } = this.place
    return link.use((client) => client.smembers(labelsKey(prefix)))
  }

  async close(): Promise<void> {
    const queues = await Promise.allSettled(this.#queues.values())
    await Promise.allSettled(queues.map((queue) => queue.status === 'fulfilled' && queue.value.close()))
  }

  async #factsOf(key: string): Promise<{ label?: string; attempt?: number }> {
    const { link, prefix } = this.place
    const [label, attempt] = await link.use((client) => client.hmget(`${prefix}:job:${key}`, 'label', 'attempt'))
    return { ...(label != null && { label }), ...(attempt != null && { attempt: Number(attempt) }) }
  }

  /** A ticket that waits already, and is asked for by somebody who is in more of a hurry. */
  async #raise(queue: Queue<RunTicket>, id: string, priority: number): Promise<void> {
    await this.place.link.use(async () => {
      const job = await queue.getJob(id)
      if (job !== undefined && job.priority > priority) await job.changePriority({ priority }).catch(() => {})
    })
  }

  #queueOf(label: string): Promise<Queue<RunTicket>> {
    const known = this.#queues.get(label)
    if (known !== undefined) return known
    const opening = this.#open(label).catch((error) => {
      this.#queues.delete(label)
      throw error
    })
    this.#queues.set(label, opening)
    return opening
  }

  async #open(label: string): Promise<Queue<RunTicket>> {
    const { link, prefix } = this.place
    const { Queue } = await import('bullmq')
    await link.use((client) => client.sadd(labelsKey(prefix), label))
    const connection = await link.ready()
    const queue = new Queue<RunTicket>(label, { connection, prefix: bullPrefix(prefix), streams: QUIET_EVENTS })
    // What fails is thrown where it is called.
    queue.on('error', () => {})
    try {
      await withinTime(queue.waitUntilReady(), OPEN_MS, () => new Error(`no answer within ${OPEN_MS} milliseconds`))
      return queue
    } catch (error) {
      void queue.close().catch(() => {})
      throw redisError(link.where, error)
    }
  }
}

async function removed(queue: Queue<RunTicket>, key: string): Promise<RunTicket | undefined> {
  const id = await queue.getDeduplicationJobId(key)
  const job = id === null ? undefined : await queue.getJob(id)
  if (job === undefined) return undefined
  // One that was fetched is locked: it is for its worker to end.
  const isRemoved = await job.remove().then(
    () => true,
    () => false,
  )
  return isRemoved ? job.data : undefined
}

function priorityOf({ priority }: RunTicket): number {
  return Math.min(Math.max(Math.round(MIDDLE - priority), 1), 2 ** 21)
}
