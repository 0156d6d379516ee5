/** The time that a run may take. It stands still while the run waits for what others use. */
export class RunLimit {
  #left: number
  #since = 0
  #timer: NodeJS.Timeout | undefined

  /**
   * @param ms what a timer of Node can wait for
   */
  constructor(
    ms: number,
    private readonly onOver: () => void,
  ) {
    this.#left = ms
  }

  /** The milliseconds that are left. */
  get left(): number {
    const gone = this.#timer === undefined ? 0 : performance.now() - this.#since
    return Math.max(0, this.#left - gone)
  }

  /** Lets the time run. It keeps nothing alive. */
  go(): void {
    if (this.#timer !== undefined) return
    this.#since = performance.now()
    this.#timer = setTimeout(this.onOver, this.#left)
    this.#timer.unref()
  }

  /** Lets the time stand still. */
  stand(): void {
    this.#left = this.left
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
