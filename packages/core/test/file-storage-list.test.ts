import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FileStorage } from '../src/index.js'
import { bytes, keysOf, putAll } from './storage-helpers.js'

vi.mock('node:fs/promises', { spy: true })

let folder: string
let storage: FileStorage

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storage-'))
  storage = new FileStorage(folder)
  await putAll(storage, ['job-1/1/a', 'job-1/1/b', 'job-1/2/a', 'job-1/record.json', 'job-2/1/a', 'job-3/1/a'])
  for (let i = 10; i < 200; i++) await mkdir(join(folder, `job-${i}`))
  vi.mocked(readdir).mockClear()
})

afterEach(() => rm(folder, { recursive: true }))

/** The folders of objects that were read. */
function foldersRead(): string[] {
  const all = vi.mocked(readdir).mock.calls.map(([path]) => relative(folder, `${path}`))
  return all.filter((path) => !path.includes('~'))
}

describe('a list of a FileStorage', () => {
  it('of one job reads the folders of that job alone', async () => {
    expect(await keysOf(storage, 'job-1/')).toHaveLength(4)
    expect(foldersRead()).toEqual(['job-1', 'job-1/1', 'job-1/2'])
  })

  it('of one attempt reads one folder', async () => {
    expect(await keysOf(storage, 'job-1/1/')).toHaveLength(2)
    expect(foldersRead()).toEqual(['job-1/1'])
  })

  it('descends into no folder before its cursor', async () => {
    const { cursor } = await storage.list('', { limit: 4 })
    vi.mocked(readdir).mockClear()
    expect((await storage.list('', { cursor: cursor ?? '', limit: 1 })).objects.map(({ key }) => key)).toEqual([
      'job-2/1/a',
    ])
    expect(foldersRead()).not.toContain('job-1/1')
  })

  it('stops when its page is full', async () => {
    await storage.list('', { limit: 1 })
    expect(foldersRead()).not.toContain('job-2')
  })
})

describe('a FileStorage', () => {
  it('reads no folder of many objects to put, open or head one', async () => {
    await storage.put('job-1/1/new', bytes('x'))
    await storage.head('job-1/1/new')
    await storage.head('job-1/1/absent')
    await (await storage.open('job-1/1/new'))?.close()
    expect(foldersRead()).toEqual([])
  })
})
