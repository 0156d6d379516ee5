import type { Memory, MemoryLoan } from '@datalab/core'

/** Memory of so many bytes for a run, what was asked of it, and what is taken. */
export function memoryOf(budget: number) {
  const asked: number[] = []
  let taken = 0
  const take = (most: number, least = most): MemoryLoan | undefined => {
    const bytes = Math.min(most, budget - taken)
    if (bytes < least) return undefined
    asked.push(most)
    taken += bytes
    const release = () => {
      taken -= bytes
    }
    return { bytes, release }
  }
  return { memory: { budget, take } satisfies Memory, asked, taken: () => taken }
}
