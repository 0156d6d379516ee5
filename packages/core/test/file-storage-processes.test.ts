import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { FileStorage } from '../src/index.js'
import { bundled, Child, type Script } from './child-processes.js'
import type { ChildTask } from './storage-child.js'
import { bytes, keysOf, listAll, textOf } from './storage-helpers.js'

let script: Script
let folder: string
let storage: FileStorage
let children: Child[]

beforeAll(async () => {
  script = await bundled('storage-child.ts')
})

afterAll(() => script.remove())

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storage-'))
  storage = new FileStorage(folder)
  children = []
})

afterEach(async () => {
  await Promise.all(children.map((child) => child.kill()))
  await rm(folder, { recursive: true })
})

async function start(task: Omit<ChildTask, 'folder'>): Promise<Child> {
  const child = new Child(script, { folder, ...task } satisfies ChildTask)
  children.push(child)
  expect(await child.said()).toBe('ready')
  return child
}

async function together(count: number, task: Omit<ChildTask, 'folder'>): Promise<(string | undefined)[]> {
  const started = await Promise.all(Array.from({ length: count }, () => start(task)))
  for (const child of started) child.go()
  return Promise.all(started.map((child) => child.said()))
}

function temporaryFiles(): Promise<string[]> {
  return readdir(join(folder, '.tmp'))
}

describe('FileStorage in several processes', () => {
  it('loses no increment, and counts none twice', { timeout: 120_000 }, async () => {
    await storage.put('key', bytes('0'))
    expect(await together(6, { work: 'count', times: 50 })).toEqual(Array(6).fill('counted'))
    expect(await textOf(storage, 'key')).toBe('300')
    expect(await keysOf(storage, '')).toEqual(['key'])
    expect(await temporaryFiles()).toEqual([])
  })

  it('lets one ifNoneMatch win', { timeout: 60_000 }, async () => {
    for (let round = 0; round < 5; round++) {
      const answers = await together(4, { work: 'once', key: `race/${round}` })
      expect(answers.sort()).toEqual(['lost', 'lost', 'lost', 'won'])
    }
    expect(await temporaryFiles()).toEqual([])
  })

  it('has whole objects only, and nothing left after a sweep, when writers are killed', {
    timeout: 120_000,
  }, async () => {
    let seed = 1
    const random = (below: number) => {
      seed = (seed * 48271) % 0x7fffffff
      return seed % below
    }
    for (let round = 0; round < 12; round++) {
      const writers = await Promise.all([start({ work: 'flood' }), start({ work: 'flood' })])
      await Promise.all(writers.map((writer) => killedAfter(writer, 1 + random(30), random(40))))
      const reader = new FileStorage(folder)
      for (const { key, size } of await listAll(reader, ''))
        expect(await isWhole(reader, key, size), `${key} in round ${round}`).toBe(true)
      await reader.put('sweeps', bytes('sweeps'))
      expect(await temporaryFiles()).toEqual([])
    }
    await storage.delete(await keysOf(storage, ''))
    expect(await readdir(folder, { recursive: true })).toEqual(['.tmp'])
  })
})

/** Kills a writer when it has said so much, and so many turns of the event loop later. */
async function killedAfter(writer: Child, messages: number, turns: number): Promise<void> {
  writer.go()
  for (let i = 0; i < messages; i++) await writer.said()
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve))
  await writer.kill()
}

async function isWhole(reader: FileStorage, key: string, size: number): Promise<boolean> {
  const source = await reader.open(key)
  const all = new Uint8Array(size)
  await source?.read(0, all)
  await source?.close()
  if (key === 'sweeps') return true
  return createHash('sha256').update(all.subarray(32)).digest().equals(all.subarray(0, 32))
}

describe('a writer of FileStorage that was stopped', () => {
  const put = (text: string, ifMatch?: string) =>
    storage.put('key', bytes(text), ifMatch === undefined ? {} : { ifMatch })

  /** Stops a writer at a call, does something, and lets it go on. */
  async function late(
    task: Omit<ChildTask, 'folder' | 'work'>,
    meanwhile: () => Promise<unknown>,
  ): Promise<string | undefined> {
    const writer = await start({ work: 'put', text: 'late', ...task })
    writer.go()
    expect(await writer.said()).toBe('halted')
    writer.stop()
    await meanwhile()
    writer.continue()
    writer.go()
    return writer.said()
  }

  const before = { call: 'rename', when: 'before' } as const

  it('before it replaces the object fails when the object was replaced twice', async () => {
    const { etag } = await put('first')
    const answer = await late({ halt: before, condition: { ifMatch: etag } }, async () =>
      put('third', (await put('second', etag)).etag),
    )
    expect(answer).toBe('lost')
    expect(await textOf(storage, 'key')).toBe('third')
    expect(await temporaryFiles()).toEqual([])
  })

  it('before it makes the object fails when it was made and replaced', async () => {
    const task = { halt: { call: 'link', when: 'before' }, condition: { ifNoneMatch: '*' } } as const
    expect(await late(task, async () => put('second', (await put('first')).etag))).toBe('lost')
    expect(await textOf(storage, 'key')).toBe('second')
  })

  it('before it replaces the object fails when the object was deleted', async () => {
    const { etag } = await put('first')
    expect(await late({ halt: before, condition: { ifMatch: etag } }, () => storage.delete('key'))).toBe('lost')
    expect(await storage.head('key')).toBeUndefined()
  })

  it('before it replaces the object fails when the object was deleted and put anew', async () => {
    const { etag } = await put('first')
    const anew = async () => {
      await storage.delete('key')
      await put('anew')
    }
    expect(await late({ halt: before, condition: { ifMatch: etag } }, anew)).toBe('lost')
    expect(await textOf(storage, 'key')).toBe('anew')
    await put('and again')
    expect(await textOf(storage, 'key')).toBe('and again')
    await storage.delete('key')
    expect(await readdir(folder)).toEqual(['.tmp'])
  })

  it('without a condition puts the newest version', async () => {
    await put('first')
    expect(await late({ halt: before }, async () => put('third', (await put('second')).etag))).toBe('won')
    expect(await textOf(storage, 'key')).toBe('late')
  })

  it('after it replaced the object has won, and newer versions stand', async () => {
    const { etag } = await put('first')
    const halt = { call: 'rename', when: 'after' } as const
    const answer = await late({ halt, condition: { ifMatch: etag } }, async () => {
      expect(await textOf(storage, 'key')).toBe('late')
      await put('fourth', (await put('third')).etag)
    })
    expect(answer).toBe('won')
    expect(await textOf(storage, 'key')).toBe('fourth')
  })

  it('after it replaced the object does not bring it back when it was deleted', async () => {
    await put('first')
    const answer = await late({ halt: { call: 'rename', when: 'after' } }, () => storage.delete('key'))
    expect(answer).toBe('won')
    expect(await storage.head('key')).toBeUndefined()
    expect(await readdir(folder)).toEqual(['.tmp'])
  })
})
