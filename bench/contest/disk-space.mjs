import { statfsSync } from 'node:fs'

/** By pixel of a frame: its forms (float32, uint16, float32 between 0 and 1), and those packed. */
const FRAME_BYTES = 4 + 2 + 4 + 1 + 1

/** By pixel: the results of one round, of which some are kept twice. */
const RESULT_BYTES = 10 * 4

/**
 * Looks whether a folder has room for a contest.
 *
 * @param {string} folder
 * @param {{ frames: number, side: number }} data
 * @throws with both sizes, where it has not
 */
export function checkDiskSpace(folder, { frames, side }) {
  const wanted = side * side * (frames * FRAME_BYTES + RESULT_BYTES)
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize >= wanted) return
  const gib = (bytes) => `${(bytes / 2 ** 30).toFixed(1)} GiB`
  throw new Error(
    `${folder} has ${gib(bavail * bsize)} free, of ${gib(wanted)} that frames and results may take: set TMPDIR to a folder with more, or take --rows.`,
  )
}
