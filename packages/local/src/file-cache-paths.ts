import { join } from 'node:path'

/** The index of a cache. */
export function indexPath(root: string): string {
  return join(root, 'index.sqlite')
}

/** The folder of whole files, each named by its key. */
export function cachedPath(root: string): string {
  return join(root, 'cached')
}

/** The folder of what is being loaded, each named by its token. */
export function loadingPath(root: string): string {
  return join(root, 'loading')
}
