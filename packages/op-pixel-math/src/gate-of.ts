import type { Range } from './bins.js'
import { type Gate, LoopGate } from './gate.js'
import { simdGate } from './simd-gate.js'

/** The most values that a gate keeps: 4 MiB. */
export const MOST_KEPT = 2 ** 19

/** The fastest gate for a range that this machine runs. */
export function gateOf(range: Range): Gate {
  return simdGate(range, MOST_KEPT) ?? new LoopGate(range, MOST_KEPT)
}
