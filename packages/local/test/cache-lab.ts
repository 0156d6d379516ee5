import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ByteSource } from '@datalab/core'
import { cachedSource, FileCache, type FileCacheOptions } from '../src/index.js'
import { contentsOf, FarSource } from './sources.js'

/** A folder for caches of 1000 bytes, and far away files. */
export class CacheLab {
  readonly far = new FarSource()
  readonly #caches: FileCache[] = []

  private constructor(readonly folder: string) {}

  static async make(): Promise<CacheLab> {
    return new CacheLab(await mkdtemp(join(tmpdir(), 'file-cache-')))
  }

  async end(): Promise<void> {
    await Promise.all(this.#caches.map((cache) => cache.close()))
    await rm(this.folder, { recursive: true })
  }

  cache(options: Partial<FileCacheOptions> = {}): FileCache {
    const cache = new FileCache({ folder: this.folder, maxBytes: 1000, ...options })
    this.#caches.push(cache)
    return cache
  }

  cached(options: Partial<FileCacheOptions> = {}) {
    const cache = this.cache(options)
    return { cache, source: cachedSource(this.far, cache) }
  }

  filesIn(name: 'cached' | 'loading'): string[] {
    return readdirSync(join(this.folder, name))
  }
}

export async function readAndClose(source: ByteSource): Promise<Uint8Array> {
  const bytes = await contentsOf(source)
  await source.close()
  return bytes
}

/** A promise that is settled from outside. */
export function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
