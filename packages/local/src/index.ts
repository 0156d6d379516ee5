export { type CachedSource, type CachedSourceOptions, cachedSource } from './cached-source.js'
export { type CachedFile, FileCache, type FileCacheOptions, type Reservation } from './file-cache.js'
export type { FileCacheUsage } from './file-cache-index.js'
export { ProcessExecutor, type ProcessExecutorOptions } from './process-executor.js'
