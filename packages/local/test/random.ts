/** Whole numbers below a limit, in an order that a seed decides. */
export function randomOf(seed: number): (below: number) => number {
  let state = (seed % 0x7ffffffe) + 1
  return (below) => {
    state = (state * 48271) % 0x7fffffff
    return state % below
  }
}
