import type { Lease } from '@datalab/core'

/** How long a lease lasts, and for how long it is kept. */
export interface KeepTerms {
  readonly leaseMs: number
  readonly keepMs: number
}

/** The longest that a timer of Node waits. */
const LONGEST_MS = 2 ** 31 - 1

/** Renews leases by itself, three times in the time that each lasts. */
export class RecordLeaseKeeper {
  readonly #timers = new Map<string, NodeJS.Timeout>()

  /**
   * @param renew false when the lease is lost
   * @param steady milliseconds since some moment, by a clock that nobody sets
   */
  constructor(
    private readonly renew: (lease: Lease, leaseMs: number) => boolean,
    private readonly steady: () => number,
    private readonly guarded: (work: () => void) => void,
  ) {}

  keep(lease: Lease, { leaseMs, keepMs }: KeepTerms): void {
    this.drop(lease)
    const end = this.steady() + keepMs
    const tick = () => {
      if (this.steady() > end || !this.#isRenewed(lease, leaseMs)) this.drop(lease)
    }
    const timer = setInterval(() => this.guarded(tick), Math.min(leaseMs / 3, LONGEST_MS))
    this.#timers.set(nameOf(lease), timer.unref())
  }

  drop(lease: Lease): void {
    clearInterval(this.#timers.get(nameOf(lease)))
    this.#timers.delete(nameOf(lease))
  }

  close(): void {
    for (const timer of this.#timers.values()) clearInterval(timer)
    this.#timers.clear()
  }

  #isRenewed(lease: Lease, leaseMs: number): boolean {
    try {
      return this.renew(lease, leaseMs)
    } catch {
      // Whether it is lost will be seen the next time.
      return true
    }
  }
}

function nameOf({ key, attempt, owner }: Lease): string {
  return JSON.stringify([key, attempt, owner])
}
