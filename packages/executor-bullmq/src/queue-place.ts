import type { RedisLink } from './redis-link.js'

/** Where queues are. */
export interface QueuePlace {
  readonly link: RedisLink
  /** What the names of all keys begin with. */
  readonly prefix: string
}

/** Nobody reads the events of queues: what changes is told by records. */
export const QUIET_EVENTS = { events: { maxLen: 100 } }

/** What the keys of BullMQ begin with. */
export function bullPrefix(prefix: string): string {
  return `${prefix}:queue`
}

/** The set of the labels that have queues. */
export function labelsKey(prefix: string): string {
  return `${prefix}:labels`
}
