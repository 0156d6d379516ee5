import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { FileStorage, InlineExecutor, LocalSource, MemoryRecordStore, MemoryStorage, provide } from '@datalab/core'
import { Images, images as realImages } from '@datalab/fits/images'
import { Median } from '@datalab/op-median'
import { describe, it } from 'vitest'
import {
  MemorySource,
  memoryImages,
  starField,
  testExecutor,
  testOperation,
  testRecordStore,
  testSource,
  testStorage,
} from '../src/index.js'
import { IncreaseBrightness } from './increase-brightness.js'

const runner = { describe, it: (name: string, body: () => Promise<void>) => it(name, body, 60_000) }

testStorage(runner, { name: 'MemoryStorage', create: () => new MemoryStorage() })

const folders = new WeakMap<object, string>()
function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'datalab-testing-'))
}
function remove(owner: object): void {
  rmSync(folders.get(owner) ?? '', { recursive: true, force: true })
}

testStorage(runner, {
  name: 'FileStorage',
  create() {
    const folder = temporaryFolder()
    const storage = new FileStorage(folder)
    folders.set(storage, folder)
    return storage
  },
  destroy: remove,
  leftovers: async (storage) => {
    const names = await readdir(join(folders.get(storage) ?? '', '.tmp'), { recursive: true }).catch(() => [])
    return names
  },
})

testSource(runner, {
  name: 'MemorySource',
  create: (files) => new MemorySource(files),
  change: (source, name, bytes) => source.set(name, bytes),
})

testSource(runner, {
  name: 'LocalSource',
  create(files) {
    const folder = temporaryFolder()
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), bytes)
    }
    const source = new LocalSource({ roots: { data: folder } })
    folders.set(source, folder)
    return source
  },
  destroy: remove,
  change(source, name, bytes) {
    const path = join(folders.get(source) ?? '', name)
    writeFileSync(path, bytes)
    utimesSync(path, 1, 1)
  },
  spellings: (source, basename) => [{ source: source.name, root: 'data', basename }],
})

testRecordStore(runner, { name: 'MemoryRecordStore', create: (now) => new MemoryRecordStore({ now }) })
testExecutor(runner, { name: 'InlineExecutor', create: (concurrency) => new InlineExecutor({ concurrency }) })

const images = memoryImages({
  a: [
    [1, 2, 3],
    [4, 5, 6],
  ],
  b: [
    [3, 2, 1],
    [9, Number.NaN, 7],
  ],
  small: { data: Int16Array.of(7, 8), width: 1, height: 2, header: { OBJECT: 'M13' } },
  ...Object.fromEntries(
    [0, 1, 2].map((exposure) => [`field${exposure}`, starField({ exposure, width: 64, stars: 5 })]),
  ),
})
const files = (...names: string[]) => names.map((name) => images.file(name))

for (const services of [[provide(Images, images)], [realImages()]])
  testOperation(runner, {
    operation: Median,
    services,
    valid: [
      { input_files: files('a', 'b') },
      { input_files: files('a', 'b', 'small') },
      { input_files: files('field0', 'field1', 'field2') },
    ],
    invalid: [
      {},
      { input_files: files('a') },
      { input_files: 'a' },
      { input_files: files('a', 'none') },
      null,
      { more: 1 },
    ],
  })

testOperation(runner, {
  operation: IncreaseBrightness,
  services: [provide(Images, images)],
  valid: [{ input_files: files('a', 'small'), increase_by: 2.5 }],
  invalid: [{ input_files: files('a') }, { input_files: files('a'), increase_by: '2' }],
})
