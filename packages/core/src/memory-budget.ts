/** Memory that a run has taken. */
export interface MemoryLoan {
  readonly bytes: number
  /** Gives it back; twice is the same as once. */
  release(): void
}

/** What a run may take of the memory that all runs of a host share: for pixels, not for what is small. */
export interface Memory {
  /** All that there is for all runs together, in bytes. */
  readonly budget: number
  /**
   * Takes up to `most` bytes, as many as are left, until they are given back, or the run ends.
   *
   * @param least fewer are of no use; `most` by default
   * @returns undefined where fewer than `least` are left: do with a file, or with parts, then.
   */
  take(most: number, least?: number): MemoryLoan | undefined
}

/** Where a host says nothing. */
const DEFAULT_BYTES = 512 * 2 ** 20

/** The memory of one process's runs. */
export class MemoryBudget {
  readonly bytes: number
  #taken = 0

  /** @param processes among how many the host's budget is shared */
  constructor(bytes = DEFAULT_BYTES, processes = 1) {
    if (!(bytes > 0)) throw new TypeError(`The option 'memoryBudget' must be a number of bytes above 0, not ${bytes}.`)
    this.bytes = Math.floor(bytes / processes)
  }

  /** As {@link Memory.take}. */
  take(most: number, least = most): MemoryLoan | undefined {
    const bytes = Math.min(most, this.bytes - this.#taken)
    if (!(bytes >= least)) return undefined
    this.#taken += bytes
    let isTaken = true
    const release = () => {
      if (isTaken) this.#taken -= bytes
      isTaken = false
    }
    return { bytes, release }
  }
}

/** The memory of one run, which gives back what is left when the run is over. */
export class RunMemory implements Memory {
  readonly #loans = new Set<MemoryLoan>()
  #isClosed = false

  constructor(private readonly shared: MemoryBudget) {}

  get budget(): number {
    return this.shared.bytes
  }

  take(most: number, least = most): MemoryLoan | undefined {
    // What a run leaves behind takes nothing from others.
    const loan = this.#isClosed ? undefined : this.shared.take(most, least)
    if (loan !== undefined) this.#loans.add(loan)
    return loan
  }

  close(): void {
    this.#isClosed = true
    for (const loan of this.#loans) loan.release()
    this.#loans.clear()
  }
}
