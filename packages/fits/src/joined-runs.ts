import type { PixelRun } from './section.js'

/** Runs of pixels that one reading gives. */
export interface JoinedRuns {
  /** The places of their first pixels in the array, in order. */
  readonly places: readonly number[]
  /** Pixels of each. */
  readonly length: number
}

/** What is read together, in pixels. */
export interface JoinLimits {
  /** The most that may lie between two runs. */
  readonly gap: number
  /** The most that one reading may have, with what lies between. */
  readonly most: number
}

/**
 * Puts runs together that lie close to each other.
 *
 * @param runs In the order of their places, all of one length.
 */
export function* joinedRuns(runs: Iterable<PixelRun>, { gap, most }: JoinLimits): Generator<JoinedRuns, void> {
  let places: number[] = []
  let length = 0
  let end = 0
  for (const run of runs) {
    const next = run.at + run.length
    if (places.length > 0 && (run.at - end > gap || next - places[0]! > most)) {
      yield { places, length }
      places = []
    }
    places.push(run.at)
    length = run.length
    end = next
  }
  if (places.length > 0) yield { places, length }
}
