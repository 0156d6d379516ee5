import type { Principal } from '@datalab/core'
import type { Wait } from './deadline.js'

/** Settings of an {@link ArchiveSource}. */
export interface ArchiveSourceOptions {
  /** What references say in `source`; `archive` by default. */
  name?: string
  /** The root of the archive's API, whose list of files is at `frames/` below it. */
  baseUrl: string
  /**
   * The token a principal has for the archive; none by default, which shows what is public. Asked for each file, and not kept. With it, the
   * archive is asked before a job is submitted whether it shows the principal each of its files.
   */
  credentials?: (principal: Principal) => Promise<string | undefined> | string | undefined
  /**
   * Hosts beside the archive's own from which files may be fetched, such as its object store: exact names, with a port where it is not the
   * usual one.
   */
  allowedHosts?: readonly string[]
  /** Whether to fetch by http from other machines, too; false by default. */
  allowHttp?: boolean
  /** For how long nothing may come, before and within an answer; 30 s by default. */
  timeoutMs?: number
  /** How often to try again after network failures and the statuses 429 and 5xx; 3 by default. */
  retries?: number
  /**
   * What tells files apart in a job's key: their name (the default; without `credentials` the archive is not asked before a job runs), or the
   * newest version that the archive has of them.
   */
  identity?: 'basename' | 'version'
  /** Larger files are not downloaded; 4 GiB by default. What can be read by ranges may be larger. */
  maxBytes?: number
  /** The folder for downloads; the system's temporary folder by default. They leave no files behind. */
  scratch?: string
  /** Instead of Node's own. */
  fetch?: typeof fetch
  /** Instead of a timer, in tests. */
  wait?: Wait
  /** Instead of `Math.random`, in tests. */
  random?: () => number
  /** Milliseconds, instead of `performance.now`, in tests. */
  now?: () => number
}
