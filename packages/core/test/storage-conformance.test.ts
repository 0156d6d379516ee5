import { describe, expect, it } from 'vitest'
import type { ByteSource, ListOptions, ObjectBody, ObjectPage, PutOptions } from '../src/index.js'
import { MemoryStorage } from '../src/index.js'
import { type StorageSubject, testStorage } from './storage-conformance.js'

/** Runs the suite with a runner that only records: the names of the tests that fail, or do not end. */
async function failuresOf(create: () => MemoryStorage): Promise<string[]> {
  const tests: { name: string; body: () => Promise<void> }[] = []
  const runner = {
    describe: (_: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => tests.push({ name, body }),
  }
  testStorage(runner, { name: 'mutant', create, destroy: () => {} } satisfies StorageSubject<MemoryStorage>)
  const failed: string[] = []
  for (const { name, body } of tests) {
    const outcome = await Promise.race([
      body().then(
        () => 'passed',
        () => 'failed',
      ),
      idle(),
    ])
    if (outcome !== 'passed') failed.push(name)
  }
  return failed
}

/** Many turns of the event loop: more than a test in memory takes. */
async function idle(): Promise<string> {
  for (let i = 0; i < 20_000; i++) await new Promise((resolve) => setImmediate(resolve))
  return 'hangs'
}

/** Shows a half before the whole. */
class TornPut extends MemoryStorage {
  override async put(key: string, body: ObjectBody, options?: PutOptions) {
    if (!(body instanceof Uint8Array) && Symbol.asyncIterator in body && options === undefined) {
      const pieces: Uint8Array[] = []
      for await (const piece of body) {
        pieces.push(piece.slice())
        await super.put(key, Buffer.concat(pieces))
      }
      return super.put(key, Buffer.concat(pieces))
    }
    return super.put(key, body, options)
  }
}

/** Overwrites what is there. */
class Unconditional extends MemoryStorage {
  override put(key: string, body: ObjectBody, { ifNoneMatch: _, ...options }: PutOptions = {}) {
    return super.put(key, body, options)
  }
}

/** Checks, then puts: another writer may come between. */
class CheckThenPut extends MemoryStorage {
  override async put(key: string, body: ObjectBody, { ifMatch, ...options }: PutOptions = {}) {
    if (ifMatch !== undefined) {
      if ((await this.head(key))?.etag !== ifMatch) return super.put(key, body, { ...options, ifMatch })
      await new Promise((resolve) => setImmediate(resolve))
    }
    return super.put(key, body, options)
  }
}

/** Gives all objects in one page. */
class Unpaged extends MemoryStorage {
  override async list(prefix: string, _options?: ListOptions): Promise<ObjectPage> {
    const objects: ObjectPage['objects'][number][] = []
    let page: ObjectPage | undefined
    do {
      page = await super.list(prefix, page?.cursor === undefined ? {} : { cursor: page.cursor })
      objects.push(...page.objects)
    } while (page.cursor !== undefined)
    return { objects }
  }
}

/** Stops after the first page. */
class OnePage extends MemoryStorage {
  override async list(prefix: string, options?: ListOptions): Promise<ObjectPage> {
    return { objects: (await super.list(prefix, options)).objects }
  }
}

/** Takes the prefix as a folder. */
class FolderPrefix extends MemoryStorage {
  override async list(prefix: string, options?: ListOptions): Promise<ObjectPage> {
    const page = await super.list(prefix, options)
    return {
      ...page,
      objects: page.objects.filter(
        ({ key }) => key === prefix || /^(\/|$)/.test(key.slice(prefix.replace(/\/$/, '').length)),
      ),
    }
  }
}

/** Reads whichever version is there. */
class Unpinned extends MemoryStorage {
  override async open(key: string): Promise<ByteSource | undefined> {
    const source = await super.open(key)
    const read = async (offset: number, into: Uint8Array) => (await super.open(key))?.read(offset, into) ?? 0
    return source && { ...source, read }
  }
}

/** Throws where nothing is. */
class Throwing extends MemoryStorage {
  override async open(key: string): Promise<ByteSource | undefined> {
    const source = await super.open(key)
    if (source === undefined) throw new Error('not found')
    return source
  }
}

/** Keeps the producer's buffers. */
class Borrowing extends MemoryStorage {
  override async put(key: string, body: ObjectBody, options?: PutOptions) {
    if (body instanceof Uint8Array) return super.put(key, body, options)
    const pieces: Uint8Array[] = []
    for await (const piece of body) pieces.push(piece)
    return super.put(key, pieces, options)
  }
}

/** Hears of an abortion only between pieces. */
class Deaf extends MemoryStorage {
  override put(key: string, body: ObjectBody, { signal: _, ...options }: PutOptions = {}) {
    return super.put(key, body, options)
  }
}

describe('testStorage', () => {
  it('passes a storage that keeps the contract', async () => {
    expect(await failuresOf(() => new MemoryStorage())).toEqual([])
  })

  it.each([
    [TornPut, 'shows readers whole versions only, and always one, while it is replaced'],
    [TornPut, 'leaves nothing of a body that fails midway'],
    [Unconditional, 'ifNoneMatch puts an object that is not there, and no other'],
    [Unconditional, 'one of twenty ifNoneMatch at the same time wins'],
    [CheckThenPut, 'one of twenty ifMatch at the same time wins'],
    [CheckThenPut, 'loses no increment of concurrent compare-and-swap loops'],
    [Unpaged, 'gives 2500 objects in pages of at most 1000, each once'],
    [OnePage, 'gives 2500 objects in pages of at most 1000, each once'],
    [FolderPrefix, 'takes the prefix as a plain text'],
    [Unpinned, 'an open source stays with its version while the object is replaced, deleted and put again'],
    [Throwing, 'what is not there is undefined'],
    [Borrowing, 'has used up a piece when it asks for the next one'],
    [Deaf, 'stops at once when the signal is aborted while the body waits'],
  ])('fails %o in the test: %s', async (Mutant, name) => {
    expect(await failuresOf(() => new Mutant())).toContain(name)
  })
})
