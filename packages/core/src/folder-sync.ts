import { syncFolder } from './file-storage-folder.js'

/** Puts folders' entries on disk, for many at once: those who ask while a folder is being put there wait for the next time, together. */
export class FolderSync {
  readonly #going = new Map<string, Promise<void>>()
  readonly #next = new Map<string, Promise<void>>()

  /** Resolves when all entries that the folder has now are on disk, where the system can. */
  sync(folder: string): Promise<void> {
    const going = this.#going.get(folder)
    if (going === undefined) return this.#begin(folder)
    const next = this.#next.get(folder) ?? going.then(() => this.#begin(folder))
    this.#next.set(folder, next)
    return next
  }

  #begin(folder: string): Promise<void> {
    this.#next.delete(folder)
    const going = syncFolder(folder).finally(() => {
      if (this.#going.get(folder) === going) this.#going.delete(folder)
    })
    this.#going.set(folder, going)
    return going
  }
}
