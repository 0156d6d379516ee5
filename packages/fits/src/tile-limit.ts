import { unsupported } from './errors.js'

/** What a tile may become unless its reader says otherwise: this, or so many times its own length where that is more. */
const TILE_BYTES = 64 * 1024 * 1024
const TILE_RATIO = 64

/** The fewest compressed bytes from which a tile may become so many: infinitely many where it may not at all. */
export function leastTileLength(bytes: number, max: number | undefined): number {
  if (bytes <= (max ?? TILE_BYTES)) return 0
  return max === undefined ? Math.ceil(bytes / TILE_RATIO) : Number.POSITIVE_INFINITY
}

/**
 * Refuses a tile that would take far more memory than its file has bytes.
 *
 * @param bytes What it becomes.
 * @param length Its compressed bytes.
 * @param max The most that it may become; undefined for the default.
 * @throws FITS_UNSUPPORTED when it would become more.
 */
export function checkTileBytes(bytes: number, length: number, max: number | undefined): void {
  if (length >= leastTileLength(bytes, max)) return
  const most = max ?? Math.max(TILE_BYTES, length * TILE_RATIO)
  throw unsupported(
    `its ${length} bytes become ${bytes}, more than the ${most} that are taken; if you trust the file, allow more by maxTileBytes, or uncompress it with funpack`,
    { maxTileBytes: most },
  )
}
