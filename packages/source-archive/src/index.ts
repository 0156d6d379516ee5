// For hosts
export { ArchiveSource } from './archive-source.js'
export type { ArchiveSourceOptions } from './archive-source-options.js'
export type { Wait } from './deadline.js'
