import { constants, copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FileStorage, MemoryStorage, type ObjectStorage } from '@datalab/core'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ByteCopy } from '../src/byte-copy.js'
import { EarlyCopies } from '../src/early-copies.js'
import { temporaryFolder } from './run-main.js'

const KEY = 'a'.repeat(64)
const OBJECT = `${KEY}/1/${KEY}.fits`

async function prepared() {
  const folder = await temporaryFolder()
  const sample = join(folder, 'sample')
  await writeFile(sample, 'any')
  const copies = new EarlyCopies(join(folder, 'scratch'), sample)
  const objects = join(folder, 'objects')
  const storage = copies.beside({ storage: new FileStorage(objects) }).storage as ObjectStorage
  const left = () => readdir(join(folder, 'scratch')).catch(() => [])
  const url = await storage.url(OBJECT)
  return { folder, copies, storage, left, url, path: fileURLToPath(url), to: join(folder, 'copy.fits') }
}

/** Pieces in one memory, as those have them who write large images. */
async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array, void> {
  const memory = Buffer.alloc(10)
  for (const text of texts) yield memory.subarray(0, memory.write(text))
}

async function* broken(): AsyncGenerator<Uint8Array, void> {
  yield* pieces('half')
  throw new Error('no more')
}

/** Has the disk full for the rest of the test. */
async function failWrites(path: string): Promise<void> {
  const probe = await open(path)
  const spy = vi.spyOn(Object.getPrototypeOf(probe) as FileHandle, 'write')
  await probe.close()
  spy.mockRejectedValue(Object.assign(new Error('ENOSPC: no'), { code: 'ENOSPC' }))
  onTestFinished(() => spy.mockRestore())
}

/** Whether files can share their blocks where the tests have theirs. */
function areShared(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'datalab-shared-'))
  try {
    writeFileSync(join(folder, 'one'), 'any')
    copyFileSync(join(folder, 'one'), join(folder, 'other'), constants.COPYFILE_FICLONE_FORCE)
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const isShared = areShared()
if (isShared) console.warn('early-copies.test.ts is mostly skipped: files share their blocks here')

test.skipIf(isShared)('what is put in pieces is there a second time, in the place of what was there', async () => {
  const { copies, storage, left, url, path, to } = await prepared()
  await writeFile(to, 'of before')
  await storage.put(OBJECT, pieces('one', 'two', 'three'))
  await rm(path)
  expect(await copies.move(url, to)).toBe(true)
  expect(await readFile(to, 'utf8')).toBe('onetwothree')
  expect(await copies.move(url, to)).toBe(false)
  expect(await left()).toEqual([])
})

test.skipIf(isShared)('what nobody takes is removed', async () => {
  const { copies, storage, left, url, to } = await prepared()
  await storage.put(OBJECT, pieces('one'))
  expect(await left()).toHaveLength(1)
  await mkdir(to)
  expect(await copies.move(url, to)).toBe(false)
  await copies[Symbol.asyncDispose]()
  expect(await left()).toEqual([])
})

test('what cannot be put has no copy, and says why', async () => {
  const { copies, storage, left, url, to } = await prepared()
  await expect(storage.put(OBJECT, broken())).rejects.toThrow('no more')
  const strange = (async function* () {
    yield 'text' as unknown as Uint8Array
  })()
  await expect(storage.put(OBJECT, strange)).rejects.toThrow(TypeError)
  const aborted = storage.put(OBJECT, pieces('one'), { signal: AbortSignal.abort() })
  await expect(aborted).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
  expect(await copies.move(url, to)).toBe(false)
  expect(await left()).toEqual([])
})

test.skipIf(isShared)('what cannot be put has the room of the copies when it is tried again', async () => {
  const { copies, storage, left, url, path, to } = await prepared()
  const before = `${OBJECT}.before`
  await storage.put(before, pieces('one'))
  expect(await left()).toHaveLength(1)
  await expect(storage.put(OBJECT, broken())).rejects.toThrow('no more')
  expect(await left()).toEqual([])
  await storage.put(OBJECT, pieces('one', 'two'))
  expect(await readFile(path, 'utf8')).toBe('onetwo')
  for (const one of [url, await storage.url(before)]) expect(await copies.move(one, to)).toBe(false)
  expect(await left()).toEqual([])
})

test('a copy that can be written no further leaves its room to the object', async () => {
  const path = join(await temporaryFolder(), 'copy')
  const copy = new ByteCopy(path)
  let size: number | undefined
  for await (const piece of copy.of(pieces('one', 'two', 'three'))) {
    if (piece.length === 5) size = statSync(path).size
    if (String(piece) !== 'one') continue
    await vi.waitFor(() => expect(statSync(path).size).toBe(3))
    await failWrites(path)
  }
  expect(size).toBe(0)
  expect(await copy.isWhole(11)).toBe(false)
})

test('what cannot be copied is put all the same', async () => {
  const { folder, copies, storage, url, path, to } = await prepared()
  await writeFile(join(folder, 'scratch'), 'in the way')
  await storage.put(OBJECT, pieces('one', 'two'))
  expect(await readFile(path, 'utf8')).toBe('onetwo')
  expect(await copies.move(url, to)).toBe(false)
})

test('what is put as a whole, and what lies elsewhere, is not copied', async () => {
  const { copies, storage, url, to } = await prepared()
  await storage.put(OBJECT, Buffer.from('whole'))
  expect(await copies.move(url, to)).toBe(false)
  const memory = new MemoryStorage()
  expect(copies.beside({ storage: memory }).storage).toBe(memory)
  expect(copies.beside({})).toEqual({})
})
