/** What a kernel may touch behind an array. */
export const BEHIND = 64

/** The bytes to set aside for an array of so many, so that the next begins at a whole cache line. */
export function roomFor(bytes: number): number {
  return Math.ceil(bytes / BEHIND) * BEHIND + BEHIND
}

/** A count of pixels, filled up to whole vectors of four. */
export function wholeFours(count: number): number {
  return Math.ceil(count / 4) * 4
}
