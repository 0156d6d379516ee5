import { randomUUID } from 'node:crypto'
import { uptime } from 'node:os'
import { fileCacheFolder } from './file-cache-folder.js'
import { FileCacheIndex, type IndexSettings, type PinnedFile, type PinRequest } from './file-cache-index.js'
import { FILE_CACHE_MIGRATIONS } from './file-cache-schema.js'
import type { SqliteProgram } from './sqlite-protocol.js'

export interface FileCacheSettings extends IndexSettings {
  readonly folder: string
  /** The cache of a process that asks. */
  readonly owner: string
}

function callsOf(index: FileCacheIndex) {
  return {
    owners: () => index.owners(),
    drop: (owners: readonly string[]) => index.drop(owners),
    reconcile: () => index.reconcile(),
    pin: (request: PinRequest, files: readonly PinnedFile[]) => index.pin(request, files),
    load: (id: string, key: string, loader?: string) => index.load(id, key, loader),
    finish: (key: string, token: string) => index.finish(key, token),
    fail: (key: string, token: string) => index.fail(key, token),
    unpin: (ids: readonly string[]) => index.unpin(ids),
    usage: () => index.usage(),
  }
}

export type FileCacheCalls = ReturnType<typeof callsOf>

/** The index of a file cache, which gives a sign of life for its owner as long as it is open. */
export const fileCacheProgram: SqliteProgram<FileCacheSettings, FileCacheCalls> = {
  migrations: FILE_CACHE_MIGRATIONS,
  create(connection, settings, { guarded }) {
    const folder = fileCacheFolder(settings.folder)
    const index = new FileCacheIndex(connection, folder, settings, { now: uptime, newToken: randomUUID })
    index.greet(settings.owner)
    const sign = () => guarded(() => attempt(() => index.greet(settings.owner)))
    const timer = setInterval(sign, (settings.staleAfter * 1000) / 5)
    const close = () => {
      clearInterval(timer)
      attempt(() => index.drop([settings.owner]))
    }
    return { ...callsOf(index), close }
  },
}

/** A sign of life that could not be given is followed by others; what is not dropped now is dropped when its process is no more. */
function attempt(work: () => void): void {
  try {
    work()
  } catch {}
}
