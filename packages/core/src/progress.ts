import { eachAtOnce } from './each-at-once.js'
import { Pace } from './pace.js'

/** How {@link Progress.map} goes through items. */
export interface MapOptions {
  /** How many items may be worked on at once; 1 by default. They begin in their order. */
  readonly atOnce?: number
}

/**
 * How far something is, from 0 to 1; a part of it can be handed on.
 *
 * Never goes backwards: a lower value, NaN, and what is reported after the end are ignored; a value above 1 counts as 1.
 */
export class Progress {
  #reached = 0

  /**
   * @param onAdvance called with each new, higher fraction
   * @param signal of the run
   * @param pace shared by all parts of one progress, and by one that stands in for another: a run is not over while work keeps it
   */
  constructor(
    private readonly onAdvance: (fraction: number) => void,
    private readonly signal: AbortSignal,
    readonly pace: Pace = new Pace(signal),
  ) {}

  /** The highest fraction reported so far. */
  get fraction(): number {
    return this.#reached
  }

  /**
   * Says that this much is done, from 0 to 1.
   *
   * Work that computes for long waits for what this returns: every 20 ms the process then does what else waits for it, hears of an abortion, and
   * renews the run's lease. Whoever does not wait has reported all the same.
   *
   * @throws DATALAB_ABORTED, to those who wait, once the run is to end.
   */
  report(fraction: number): Promise<void> {
    this.#advance(fraction)
    return this.pace.breathe()
  }

  #advance(fraction: number): void {
    const next = Math.min(fraction, 1)
    if (!(next > this.#reached)) return
    this.#reached = next
    this.onAdvance(next)
  }

  /**
   * Cuts this progress into consecutive steps, as large as their weights: `split(5, 1, 4)` covers 0 to 0.5, 0.5 to 0.6 and 0.6 to 1.
   *
   * @throws TypeError when a weight is negative or not finite, or all are 0.
   */
  split<const Weights extends readonly number[]>(
    ...weights: Weights
  ): { -readonly [Index in keyof Weights]: Progress } {
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    if (!(total > 0) || !Number.isFinite(total) || weights.some((weight) => !(weight >= 0)))
      throw new TypeError(
        `Cannot split progress by the weights ${weights.join(', ')}: give numbers of 0 or more, not all 0.`,
      )
    let before = 0
    return weights.map((weight) => {
      const start = before / total
      before += weight
      return this.#part(start, before / total)
    }) as { -readonly [Index in keyof Weights]: Progress }
  }

  /**
   * Calls `work` for one item after the other; each owns an equal share of this progress, which is done when the item is. Between two items
   * the process does what else waits for it, where that has not been so for 20 ms.
   *
   * @throws DATALAB_ABORTED between two items once the run is to end; the first error of `work`, when no item is being worked on any more; TypeError
   * when `atOnce` is less than 1.
   */
  map<Item, Result>(
    items: readonly Item[],
    work: (item: Item, index: number, progress: Progress) => Promise<Result> | Result,
    { atOnce = 1 }: MapOptions = {},
  ): Promise<Result[]> {
    if (!(atOnce >= 1))
      throw new TypeError(`Progress.map cannot work on ${atOnce} items at once: give a number from 1.`)
    const mapping = this.pace.keptBy(() => this.#map(items, work, atOnce))
    // Handled here too, so that one that an operation does not wait for takes nothing else down.
    mapping.catch(() => {})
    return mapping
  }

  async #map<Item, Result>(
    items: readonly Item[],
    work: (item: Item, index: number, progress: Progress) => Promise<Result> | Result,
    atOnce: number,
  ): Promise<Result[]> {
    const results: Result[] = []
    const share = this.#shares(items.length)
    await eachAtOnce(items.length, atOnce, async (index) => {
      await this.pace.breathe()
      const part = share()
      results[index] = await work(items[index] as Item, index, part)
      part.#advance(1)
    })
    if (items.length === 0) this.#advance(1)
    return results
  }

  /** Gives out equal parts, of which several may go on at once: as much is done as all of them have done together. */
  #shares(count: number): () => Progress {
    const begun = new Set<Progress>()
    let done = 0
    const advance = () => {
      let sum = done
      for (const part of begun) sum += part.fraction
      this.#advance(sum / count)
    }
    return () => {
      const part: Progress = new Progress(
        (fraction) => {
          if (fraction === 1 && begun.delete(part)) done++
          advance()
        },
        this.signal,
        this.pace,
      )
      begun.add(part)
      return part
    }
  }

  #part(start: number, end: number): Progress {
    return new Progress(
      (fraction) => this.#advance(fraction >= 1 ? end : Math.min(end, start + (end - start) * fraction)),
      this.signal,
      this.pace,
    )
  }
}
