import assert from 'node:assert/strict'
import type { ObjectInfo, ObjectStorage } from '@datalab/core'
import { hasCode } from './expectations.js'

/** One sentence of the storage's contract, and how it is proved. */
export interface StorageTest {
  readonly name: string
  run(storage: ObjectStorage, leftovers: () => Promise<readonly string[]>): Promise<void>
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

/** What is read from an open source; undefined where the storage may give up a version that was replaced, and did. */
export async function unlessChanged<Value>(storage: ObjectStorage, read: Promise<Value>): Promise<Value | undefined> {
  try {
    return await read
  } catch (error) {
    if (storage.supports?.snapshots !== false) throw error
    hasCode('SOURCE_CHANGED')(error)
    return undefined
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

/** Puts objects, several at a time. */
export async function putAll(storage: ObjectStorage, keys: readonly string[]): Promise<void> {
  const rest = [...keys]
  const worker = async () => {
    for (let key = rest.pop(); key !== undefined; key = rest.pop()) await storage.put(key, bytes(key))
  }
  await Promise.all(Array.from({ length: 32 }, worker))
}
