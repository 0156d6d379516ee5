// A host of a round, and its children. The environment says the rest: STRESS_WORLD is the folder of the input files, STRESS_LEASE how long a
// lease lasts in milliseconds, STRESS_EXECUTOR where runs go on.
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineDataLab, FileStorage, InlineExecutor, LocalSource } from '@datalab/core'
import { images } from '@datalab/fits/images'
import { cachedSource, FileCache, ProcessExecutor, SqliteRecordStore } from '@datalab/local'
import { Median } from '@datalab/op-median'
import { CACHE_BYTES } from './files.mjs'
import { Digest, Fail, Many, Spin } from './operations.mjs'
import { folder, pathsIn } from './paths.mjs'
import { slowSource } from './slow-source.mjs'

const { STRESS_WORLD: world = '', STRESS_LEASE: lease = '400', STRESS_EXECUTOR: executor } = process.env
const paths = pathsIn(folder)

const at = (level) => (facts, message) => {
  const plain = { ...facts, err: facts.err?.stack ?? facts.err }
  appendFileSync(paths.log, `${JSON.stringify({ at: Date.now(), level, pid: process.pid, message, ...plain })}\n`)
}

/** A cache of this process: one of several of its folder. */
export function openCache() {
  const limits = { maxBytes: CACHE_BYTES, minFreeBytes: 0 }
  return new FileCache({ folder: paths.cache, ...limits, downloads: 2, chunkBytes: 4096, staleAfterMs: 500 })
}

/** That of the host in this process. */
export const cache = openCache()

export default defineDataLab(() => {
  const roots = { frames: join(world, 'frames'), blobs: join(world, 'blobs') }
  return {
    operations: [Median, Spin, Fail, Many, Digest],
    services: [images()],
    sources: [cachedSource(slowSource(new LocalSource({ roots }), 2), cache)],
    storage: new FileStorage(paths.results),
    records: new SqliteRecordStore({ path: paths.records }),
    scratch: paths.scratch,
    executor:
      executor === 'inline'
        ? new InlineExecutor({ concurrency: 2 })
        : new ProcessExecutor({ setup: import.meta.url, concurrency: 2, graceMs: 300 }),
    leaseMs: Number(lease),
    retry: { retries: 2, minDelayMs: 20, maxDelayMs: 100 },
    log: { debug: () => {}, info: () => {}, warn: at('warn'), error: at('error') },
  }
})
