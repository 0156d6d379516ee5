/** Whether calls of one kind fail again and again, and with what. */
export class LastingTrouble {
  #trouble: { readonly since: number; last: number; error: unknown } | undefined

  /** The same call, of which is kept whether it failed. */
  async watched<Answer>(call: Promise<Answer>): Promise<Answer> {
    try {
      const answer = await call
      this.#trouble = undefined
      return answer
    } catch (error) {
      const now = performance.now()
      this.#trouble = { since: this.#trouble?.since ?? now, last: now, error }
      throw error
    }
  }

  /** What they fail with, where all of them have for so many milliseconds, and one has within the last so many. */
  after(ms: number): unknown {
    if (this.#trouble === undefined) return undefined
    const { error, last, since } = this.#trouble
    return last - since >= ms && performance.now() - last < ms ? error : undefined
  }
}
