import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'

/** For how long an archive's answer counts, in milliseconds. */
const REMEMBERED_MS = 60_000
/** How many answers are remembered: ten of the longest lists, of different users. */
const MAX_FILES = 10_000

/**
 * Which files the archive has shown to whom in the last minute, so that asking for a thousand again costs nothing. Whoever has the same token
 * is shown the same. What was not there is not remembered: it may come.
 */
export class ShownFiles {
  readonly #files: LRUCache<string, true>

  /** @param now in milliseconds */
  constructor(now: () => number) {
    this.#files = new LRUCache({ max: MAX_FILES, ttl: REMEMBERED_MS, ttlResolution: 0, perf: { now } })
  }

  add(token: string | undefined, name: string): void {
    this.#files.set(keyOf(token, name), true)
  }

  has(token: string | undefined, name: string): boolean {
    return this.#files.get(keyOf(token, name)) ?? false
  }
}

/** A digest: tokens are kept nowhere. */
function keyOf(token: string | undefined, name: string): string {
  return createHash('sha256')
    .update(JSON.stringify([token ?? null, name]))
    .digest('base64')
}
