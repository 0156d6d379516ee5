import { join } from 'node:path'

/** Of a round: by this variable of their environment its processes find its folder, and are found themselves. */
export const MARKER = 'STRESS_FOLDER'

/** The folder of this process's round. */
export const folder = process.env[MARKER] ?? ''

/**
 * Where things lie in the folder of a round.
 *
 * @param {string} root
 */
export function pathsIn(root) {
  const cache = join(root, 'cache')
  return {
    results: join(root, 'results'),
    records: join(root, '.datalab', 'records.sqlite'),
    scratch: join(root, 'scratch'),
    cache,
    index: join(cache, 'index.sqlite'),
    journal: join(root, 'journal.jsonl'),
    log: join(root, 'hosts.log'),
    /** Of instants that were reached: each happens once. */
    fired: join(root, 'fired'),
  }
}
