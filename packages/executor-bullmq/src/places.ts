/** How many runs may go on here, in all and of each operation. */
export class Places {
  #taken = 0
  readonly #takenOf = new Map<string, number>()
  #waiting: (() => void)[] = []

  /**
   * @param limitOf how many of an operation; undefined for as many as there are
   */
  constructor(
    private readonly count: number,
    private readonly limitOf: (operationId: string) => number | undefined,
  ) {}

  get taken(): number {
    return this.#taken
  }

  /** Takes a place; false where none is free. */
  take(operationId: string): boolean {
    if (!this.isFree(operationId)) return false
    this.#taken++
    this.#takenOf.set(operationId, this.#of(operationId) + 1)
    return true
  }

  isFree(operationId: string): boolean {
    const limit = this.limitOf(operationId) ?? Number.POSITIVE_INFINITY
    return this.#taken < this.count && this.#of(operationId) < limit
  }

  free(operationId: string): void {
    this.#taken--
    this.#takenOf.set(operationId, this.#of(operationId) - 1)
    this.wake()
  }

  /** Resolves when one is free, or `wake` was called. */
  async whenFree(operationId: string): Promise<void> {
    if (this.isFree(operationId)) return
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Whoever waits looks again. */
  wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  #of(operationId: string): number {
    return this.#takenOf.get(operationId) ?? 0
  }
}
