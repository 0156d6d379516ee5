import type { Lease } from '@datalab/core'
import { RecordClient } from './record-client.js'
import type { KeepTerms } from './record-lease-keeper.js'

/** How long a lease is held before its keeping is worth a thread: to start one takes longer than most commands still work then. */
const BRIEF_MS = 1000

/** Has leases that are held for longer than a moment kept in the thread of the databases, where nothing that is done here can block it. */
export class LeaseHandover {
  readonly #timers = new Map<string, NodeJS.Timeout[]>()
  #apart: RecordClient | undefined

  constructor(private readonly path: string) {}

  keep(lease: Lease, { leaseMs, keepMs }: KeepTerms): void {
    const end = performance.now() + keepMs
    const handOver = () => {
      this.#apart ??= new RecordClient(this.path)
      // Where that fails, it is kept here as long as this thread is free to.
      this.#apart.call('renew', lease, leaseMs, Math.max(0, end - performance.now())).catch(() => {})
    }
    const timer = setTimeout(handOver, Math.min(BRIEF_MS, leaseMs / 3)).unref()
    this.#timers.set(nameOf(lease), [...(this.#timers.get(nameOf(lease)) ?? []), timer])
  }

  /** A lease that was given up before it was handed over is not; one that was handed over is found lost by the thread itself. */
  drop(lease: Lease): void {
    for (const timer of this.#timers.get(nameOf(lease)) ?? []) clearTimeout(timer)
    this.#timers.delete(nameOf(lease))
  }

  async close(): Promise<void> {
    for (const timer of [...this.#timers.values()].flat()) clearTimeout(timer)
    this.#timers.clear()
    await this.#apart?.close()
  }
}

function nameOf({ key, attempt, owner }: Lease): string {
  return JSON.stringify([key, attempt, owner])
}
