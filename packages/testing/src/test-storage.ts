import type { ObjectStorage } from '@datalab/core'
import { declareTests, type TestFunctions } from './conformance.js'
import { conditionTests } from './storage-condition-tests.js'
import { deleteTests, listTests } from './storage-list-tests.js'
import { putTests } from './storage-put-tests.js'
import { keyTests, readTests } from './storage-read-tests.js'
import type { StorageTest } from './storage-suite.js'

/** How the suite gets a storage. */
export interface StorageSubject<Storage extends ObjectStorage> {
  readonly name: string
  /** A storage of its own for each test, with nothing in it. */
  create(): Storage | Promise<Storage>
  destroy?(storage: Storage): void | Promise<void>
  /** What unfinished puts have left in it, beside objects: the test wants to find nothing. */
  leftovers?(storage: Storage): Promise<readonly string[]>
}

/**
 * Tests a storage against the contract of `ObjectStorage`, sentence by sentence.
 *
 * @example testStorage({ describe, it }, { name: 'MemoryStorage', create: () => new MemoryStorage() })
 */
export function testStorage<Storage extends ObjectStorage>(
  runner: TestFunctions,
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
  runner.describe(`${subject.name} as an object storage`, () => {
    for (const [group, tests] of Object.entries(groups))
      runner.describe(group, () => declareStorageTests(runner, tests, subject))
  })
}

function declareStorageTests<Storage extends ObjectStorage>(
  runner: TestFunctions,
  tests: readonly StorageTest[],
  subject: StorageSubject<Storage>,
): void {
  const withLeftovers = tests.map(({ name, run }) => ({
    name,
    run: (storage: Storage) => run(storage, async () => (await subject.leftovers?.(storage)) ?? []),
  }))
  declareTests(runner, withLeftovers, async (test) => {
    const storage = await subject.create()
    try {
      await test(storage)
    } finally {
      await storage.close?.()
      await subject.destroy?.(storage)
    }
  })
}
