import type { ByteSource, FileSource } from '@datalab/core'
import type { FileCache } from './file-cache.js'

/** How a source is cached. */
export interface CachedSourceOptions {
  /**
   * Whether the source reads parts of a file without reading all before them, so that a file for which there is no room can be read from
   * there; true by default.
   */
  readonly ranges?: boolean
}

/** A source whose files are opened from a cache. */
export interface CachedSource extends FileSource {
  readonly cache: FileCache
  /** Where the files come from. */
  readonly origin: FileSource
  readonly ranges: boolean
}

/**
 * A source whose files are downloaded once, and opened as files of this machine: what it opens has a `path`.
 *
 * A run waits at its first file until the cache has room for all of them. The source is asked for a file's version each time one is opened, and
 * refuses then whoever may not have it. What has no room in the cache is read from the source part by part, and has no `path`. Sources of one
 * name that share a cache must have the same files.
 *
 * @example
 * const cache = new FileCache({ folder: '/var/cache/datalab', maxBytes: 50e9 })
 * const lab = createDataLab({ sources: [cachedSource(archive, cache)] })
 */
export function cachedSource(origin: FileSource, cache: FileCache, options: CachedSourceOptions = {}): CachedSource {
  const { ranges = true } = options
  const source: CachedSource = {
    name: origin.name,
    reach: origin.reach,
    origin,
    cache,
    ranges,
    canonical: (reference) => origin.canonical?.(reference) ?? reference,
    identify: (reference, context) => origin.identify(reference, context),
    size: async (reference, context) => origin.size?.(reference, context),
    open: (reference, context): Promise<ByteSource> => cache.open({ source, reference }, context),
    close: async () => origin.close?.(),
  }
  return source
}
