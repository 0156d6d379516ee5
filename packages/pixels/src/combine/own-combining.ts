import { setImmediate } from 'node:timers/promises'
import type { Samples } from '../pixel-scale.js'
import type { CombinedBand } from './combine-options.js'
import { combineRead } from './combine-read.js'
import type { StoredBandFrame } from './open-frames.js'
import type { StoredPlan } from './plan-stored.js'
import { StoredBands, type StoredSetup } from './stored-bands.js'

/** Combines frames by this thread alone, band by band. What was read is combined, and taken, while it is in the processor's cache. */
export class OwnCombining {
  readonly #own: StoredBands
  readonly #result: Samples

  constructor(
    private readonly frames: readonly StoredBandFrame[],
    private readonly setup: StoredSetup,
    private readonly plan: StoredPlan,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.#own = new StoredBands(setup, plan.bandRows)
    this.#result = this.#own.band
  }

  async *bands(): AsyncGenerator<CombinedBand, void> {
    for (const rows of this.plan.bands) {
      this.signal?.throwIfAborted()
      const values = this.#result.subarray(0, (rows.to - rows.from) * this.setup.width)
      if (!this.#own.isCombined(rows, values)) await combineRead(this.frames, this.setup, rows, values)
      yield { rows, values }
      // Others may have waited for this thread.
      await setImmediate()
    }
  }

  /** Nothing goes on of it. */
  async end(): Promise<void> {}
}
