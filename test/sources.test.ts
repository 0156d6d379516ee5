import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FileSource } from '@datalab/core'
import { cachedSource, FileCache } from '@datalab/local'
import { testSource } from '@datalab/testing'
import { describe, it, onTestFinished } from 'vitest'
import { World } from '../packages/source-archive/test/world.js'

const worlds = new WeakMap<FileSource, World>()

/** An archive with these files, whose versions tell them apart. */
async function archiveWith(files: Readonly<Record<string, Uint8Array>>, stored = {}): Promise<FileSource> {
  const world = await World.create()
  for (const [name, bytes] of Object.entries(files)) world.add(name, bytes, stored)
  const source = world.source({ identity: 'version' })
  worlds.set(source, world)
  return source
}

function cached(origin: FileSource): FileSource {
  const folder = mkdtempSync(join(tmpdir(), 'datalab-sources-'))
  const cache = new FileCache({ folder, maxBytes: 1000 })
  onTestFinished(async () => {
    await cache.close()
    rmSync(folder, { recursive: true })
  })
  const source = cachedSource(origin, cache)
  worlds.set(source, worlds.get(origin) as World)
  return source
}

const faults = {
  change(source: FileSource, name: string, bytes: Uint8Array) {
    const world = worlds.get(source) as World
    world.frames.splice(
      world.frames.findIndex(({ basename }) => basename === name),
      1,
    )
    world.add(name, bytes)
  },
  stall(source: FileSource) {
    worlds.get(source)?.archive.faults.push(...Array.from({ length: 10 }, () => () => {}))
  },
}

testSource({ describe, it }, { name: 'ArchiveSource', create: (files) => archiveWith(files), ...faults })
testSource(
  { describe, it },
  { name: 'ArchiveSource without ranges', create: (files) => archiveWith(files, { ranges: false }), ...faults },
)
testSource(
  { describe, it },
  { name: 'cachedSource', create: async (files) => cached(await archiveWith(files)), ...faults },
)
