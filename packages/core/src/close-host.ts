import { withinTime } from './grace.js'
import type { HostParts } from './host-options.js'
import type { Housekeeping } from './housekeeping.js'

/** Each part of a host has so long to close; runs of operations end sooner. */
const CLOSE_MS = 30_000

/** What a log calls a part, and how it is closed. */
type Closing = readonly [part: string, close: () => Promise<void> | undefined]

const HANGS = Symbol('hangs')

/**
 * Closes a host's parts, those that work before those that they work with. One that hangs is left to itself; one that fails keeps no other
 * open.
 *
 * @throws what the first part threw that failed.
 */
export async function closeHost(parts: HostParts, housekeeping: Housekeeping): Promise<void> {
  const { executor, log, records, sources, storage } = parts
  const closings: Closing[] = [
    ['housekeeping', () => housekeeping.stop()],
    ['executor', () => executor.close()],
    ['record store', () => records.close?.()],
    ['storage', () => storage.close?.()],
    ...[...sources.values()].map((source): Closing => [`source ${source.name}`, () => source.close?.()]),
  ]
  const failures: unknown[] = []
  for (const [part, close] of closings) {
    try {
      await withinTime(Promise.resolve(close()), CLOSE_MS, () => HANGS)
    } catch (error) {
      if (error === HANGS) log.warn({ part, ms: CLOSE_MS }, 'a part of this host does not close, and is left to itself')
      else failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}
