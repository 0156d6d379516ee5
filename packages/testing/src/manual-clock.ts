/** A clock that stands still until it is told to go on. */
export interface ManualClock {
  /** The time, in milliseconds since the epoch; give this function where a `now` is asked for. */
  readonly now: () => number
  /** Lets so many milliseconds pass; fewer than 0 set the clock back. */
  advance(ms: number): void
}

/**
 * A clock for tests of leases, limits and expiry.
 *
 * @param start milliseconds since the epoch; 2026-01-01T00:00:00Z by default
 * @example
 * const clock = manualClock()
 * const records = new MemoryRecordStore({ now: clock.now })
 * clock.advance(5000)
 */
export function manualClock(start = Date.UTC(2026, 0, 1)): ManualClock {
  let time = start
  return {
    now: () => time,
    advance(ms) {
      if (!Number.isFinite(ms)) throw new TypeError(`The clock cannot be advanced by ${ms} milliseconds.`)
      time += ms
    },
  }
}
