import assert from 'node:assert/strict'
import type { ObjectInfo, ObjectStorage } from '../src/index.js'
import { conditionTests } from './storage-conformance-conditions.js'
import { deleteTests, listTests } from './storage-conformance-list.js'
import { putTests } from './storage-conformance-put.js'
import { keyTests, readTests } from './storage-conformance-read.js'

/** What a test runner gives: vitest, node:test and jest all do. */
export interface TestFunctions {
  describe(name: string, body: () => void): unknown
  it(name: string, body: () => Promise<void>): unknown
}

/** How the suite gets a storage. */
export interface StorageSubject<Storage extends ObjectStorage> {
  readonly name: string
  /** A storage of its own for each test, with nothing in it. */
  create(): Storage | Promise<Storage>
  destroy(storage: Storage): void | Promise<void>
  /** What unfinished puts have left in it, beside objects: the test wants to find nothing. */
  leftovers?(storage: Storage): Promise<readonly string[]>
}

/** One test of the contract. */
export interface StorageTest {
  readonly name: string
  run(storage: ObjectStorage, leftovers: () => Promise<readonly string[]>): Promise<void>
}

/**
 * Tests a storage against the contract of `ObjectStorage`, sentence by sentence.
 *
 * @example testStorage({ describe, it }, { name: 'MemoryStorage', create: () => new MemoryStorage(), destroy: () => {} })
 */
export function testStorage<Storage extends ObjectStorage>(
  { describe, it }: TestFunctions,
  subject: StorageSubject<Storage>,
): void {
  const groups = {
    put: putTests,
    conditions: conditionTests,
    read: readTests,
    keys: keyTests,
    list: listTests,
    delete: deleteTests,
  }
  describe(`${subject.name} as an object storage`, () => {
    for (const [group, tests] of Object.entries(groups))
      describe(group, () => {
        for (const test of tests) it(test.name, () => runTest(test, subject))
      })
  })
}

async function runTest<Storage extends ObjectStorage>(test: StorageTest, subject: StorageSubject<Storage>) {
  const storage = await subject.create()
  try {
    await test.run(storage, async () => (await subject.leftovers?.(storage)) ?? [])
  } finally {
    await storage.close?.()
    await subject.destroy(storage)
  }
}

/** The bytes of a text. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** The text of an object; undefined where there is none. */
export async function textOf(storage: ObjectStorage, key: string): Promise<string | undefined> {
  const source = await storage.open(key)
  if (source === undefined) return undefined
  try {
    const all = new Uint8Array(source.size)
    assert.equal(await source.read(0, all), source.size, 'the source has fewer bytes than its size')
    return new TextDecoder().decode(all)
  } finally {
    await source.close()
  }
}

/** All objects that begin with a prefix, page by page. */
export async function listAll(storage: ObjectStorage, prefix: string, limit?: number): Promise<ObjectInfo[]> {
  const objects: ObjectInfo[] = []
  let cursor: string | undefined
  do {
    const options = { ...(limit === undefined ? {} : { limit }), ...(cursor === undefined ? {} : { cursor }) }
    const page = await storage.list(prefix, options)
    objects.push(...page.objects)
    assert.ok(page.cursor === undefined || page.cursor !== cursor, 'the list does not come on')
    cursor = page.cursor
  } while (cursor !== undefined)
  return objects
}

/** The keys of all objects that begin with a prefix. */
export async function keysOf(storage: ObjectStorage, prefix: string, limit?: number): Promise<string[]> {
  return (await listAll(storage, prefix, limit)).map(({ key }) => key)
}

/** For `assert.rejects`: an error of this code, with a sentence. */
export function hasCode(code: string): (error: unknown) => true {
  return (error) => {
    assert.equal((error as { code?: unknown }).code, code, String(error))
    assert.match((error as Error).message, /\S+ \S+.*\.$/, 'the message is no sentence')
    return true
  }
}

/** Puts objects, several at a time. */
export async function putAll(storage: ObjectStorage, keys: readonly string[]): Promise<void> {
  const rest = [...keys]
  const worker = async () => {
    for (let key = rest.pop(); key !== undefined; key = rest.pop()) await storage.put(key, bytes(key))
  }
  await Promise.all(Array.from({ length: 32 }, worker))
}
