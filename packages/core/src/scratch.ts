import { mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ownedName, removeLeftBehind } from './left-behind.js'
import { makeFolderSync } from './make-folder.js'

/** A folder of one run. */
export interface ScratchFolder {
  readonly path: string
  /** Removes the folder and what is in it; nothing happens when it is gone. */
  remove(): Promise<void>
}

/** Where runs get their scratch folders: each named after its process, so that those of dead processes can be told. */
export class ScratchSpace {
  readonly #root: string

  constructor(root: string) {
    this.#root = resolve(root)
  }

  /** Makes a folder that is empty and nobody else's. At once, since an operation asks for it as for a value. */
  create(): ScratchFolder {
    const path = join(this.#root, ownedName())
    makeFolderSync(this.#root)
    mkdirSync(path, { mode: 0o700 })
    return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) }
  }

  /** Removes the folders of processes that ended without doing so. */
  async sweep(): Promise<void> {
    await removeLeftBehind(this.#root)
  }
}
