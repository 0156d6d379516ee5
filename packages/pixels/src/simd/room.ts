/** What a kernel may touch behind an array. */
export const BEHIND = 64

/** What the decoding of a tile needs beside its reversed bytes. */
const REVERSED_MORE = 512

/** The bytes to set aside for an array of so many, so that the next begins at a whole cache line. */
export function roomFor(bytes: number): number {
  return Math.ceil(bytes / BEHIND) * BEHIND + BEHIND
}

/** A count of pixels, filled up to whole vectors of four. */
export function wholeFours(count: number): number {
  return Math.ceil(count / 4) * 4
}

/** What a tile's coded bytes are reversed to takes, with the codes that are taken out of them at once. */
export function roomForReversed(bytes: number): number {
  return roomFor(bytes + REVERSED_MORE)
}
