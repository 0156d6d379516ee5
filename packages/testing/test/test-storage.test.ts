import {
  type ByteSource,
  DataLabError,
  type ListOptions,
  MemoryStorage,
  type ObjectBody,
  type ObjectPage,
  type PutOptions,
  type StorageSupports,
} from '@datalab/core'
import { expect, test } from 'vitest'
import { testStorage } from '../src/index.js'
import { outcomeOf } from './recorded.js'

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

/** Says that it gives versions up, and mixes them instead. */
class FalselyModest extends Unpinned {
  readonly supports = { snapshots: false }
}

/** Gives up a version that was replaced, as it may. */
class WithoutSnapshots extends MemoryStorage {
  readonly supports: StorageSupports = { snapshots: false }

  override async open(key: string): Promise<ByteSource | undefined> {
    const source = await super.open(key)
    const read = async (offset: number, into: Uint8Array) => {
      if ((await this.head(key))?.etag === source?.identity) return source?.read(offset, into) ?? 0
      throw new DataLabError('SOURCE_CHANGED', `${key} was replaced.`)
    }
    return source && { ...source, read }
  }
}

/** Gives versions up without saying that it does. */
class SilentlyWithoutSnapshots extends WithoutSnapshots {
  override readonly supports = { snapshots: true }
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

/** Names versions in two ways. */
class TwoNames extends MemoryStorage {
  override async open(key: string): Promise<ByteSource | undefined> {
    const source = await super.open(key)
    return source && { ...source, identity: `version of ${source.identity}` }
  }
}

/** Takes no condition for met. */
class Stubborn extends MemoryStorage {
  override put(key: string, body: ObjectBody, options: PutOptions = {}) {
    return super.put(key, body, options.ifMatch === undefined ? options : { ...options, ifMatch: 'another' })
  }
}

test.each([
  [TwoNames, 'ifMatch takes the identity of an open object, which is the etag of its version'],
  [TwoNames, 'loses no increment of concurrent compare-and-swap loops'],
  [Stubborn, 'loses no increment of concurrent compare-and-swap loops'],
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
  [FalselyModest, 'an open source stays with its version while the object is replaced, deleted and put again'],
  [
    SilentlyWithoutSnapshots,
    'an open source stays with its version while the object is replaced, deleted and put again',
  ],
  [Throwing, 'what is not there is undefined'],
  [Borrowing, 'has used up a piece when it asks for the next one'],
  [Deaf, 'stops at once when the signal is aborted while the body waits'],
])('%o fails the test: %s', async (Mutant, name) => {
  const declare = (create: () => MemoryStorage) => (runner: Parameters<typeof testStorage>[0]) =>
    testStorage(runner, { name: 'mutant', create })
  expect(
    await outcomeOf(
      declare(() => new MemoryStorage()),
      name,
    ),
  ).toBe('passed')
  expect(
    await outcomeOf(
      declare(() => new Mutant()),
      name,
    ),
  ).toMatch(/^failed/)
})

test.each([
  'an open source stays with its version while the object is replaced, deleted and put again',
  'shows readers whole versions only, and always one, while it is replaced',
  'loses no increment of concurrent compare-and-swap loops',
])('a storage that declares no snapshots passes the test: %s', async (name) => {
  const create = () => new WithoutSnapshots()
  expect(await outcomeOf((runner) => testStorage(runner, { name: 'modest', create }), name)).toBe('passed')
})

test.each([
  [TwoNames, 'The identity of an open object is not the etag of its version.'],
  [Stubborn, 'An object was not replaced in 1000 tries with ifMatch of the version that was read.'],
])(
  '%o that loses all increments is told so, in a sentence',
  async (Mutant, sentence) => {
    const create = () => new Mutant()
    const name = 'loses no increment of concurrent compare-and-swap loops'
    const outcome = await outcomeOf((runner) => testStorage(runner, { name: 'mutant', create }), name, 20_000)
    expect(outcome).toContain(sentence)
  },
  30_000,
)
