import type { FileReference, FileSource, SourceContext } from '@datalab/core'
import { declareTests, type TestFunctions } from './conformance.js'
import { cacheTests } from './source-cache-tests.js'
import { readTests } from './source-read-tests.js'
import { referenceTests } from './source-reference-tests.js'

/** How the suite gets a source, and what it can do to it. */
export interface SourceSubject<Source extends FileSource> {
  readonly name: string
  /** A source of its own for each test, with exactly these files in it, by their basenames. */
  create(files: Readonly<Record<string, Uint8Array>>): Source | Promise<Source>
  destroy?(source: Source): void | Promise<void>
  /** The reference to a file; its basename and the source's name by default. */
  reference?(basename: string): FileReference
  /** Other references to the same file, where the source has a `canonical` one. */
  spellings?(source: Source, basename: string): readonly FileReference[]
  /** Replaces the bytes of a file, where the files of such a source can change. */
  change?(source: Source, basename: string, bytes: Uint8Array): void | Promise<void>
  /** From now on the source gets no answer, where it has to ask somebody. */
  stall?(source: Source): void | Promise<void>
}

/** A source in a test, with the files `a.bin` (the digits 0 to 9), `empty.bin` and `folder/b.bin`. */
export interface SourceUnderTest {
  readonly source: FileSource
  readonly context: SourceContext
  reference(basename: string): FileReference
  readonly spellings?: (basename: string) => readonly FileReference[]
  readonly change?: (basename: string, bytes: Uint8Array) => void | Promise<void>
  readonly stall?: () => void | Promise<void>
}

const FILES: Readonly<Record<string, Uint8Array>> = {
  'a.bin': new TextEncoder().encode('0123456789'),
  'empty.bin': new Uint8Array(),
  'folder/b.bin': new TextEncoder().encode('other'),
}

/**
 * Tests a source of files against the contract of `FileSource`, sentence by sentence.
 *
 * @example testSource({ describe, it }, { name: 'MemorySource', create: (files) => new MemorySource(files) })
 */
export function testSource<Source extends FileSource>(runner: TestFunctions, subject: SourceSubject<Source>): void {
  runner.describe(`${subject.name} as a source of files`, () => {
    const groups = { references: referenceTests, reading: readTests, caching: cacheTests }
    for (const [group, tests] of Object.entries(groups))
      runner.describe(group, () => declareTests(runner, tests, (test) => use(subject, test)))
  })
}

async function use<Source extends FileSource>(
  subject: SourceSubject<Source>,
  test: (source: SourceUnderTest) => Promise<void>,
): Promise<void> {
  const { change, stall, spellings } = subject
  const source = await subject.create(FILES)
  const byName = (basename: string) => ({ basename, source: source.name })
  try {
    await test({
      source,
      context: { principal: { id: 'tester' } },
      reference: (basename) => subject.reference?.(basename) ?? byName(basename),
      ...(spellings === undefined ? {} : { spellings: (basename) => spellings(source, basename) }),
      ...(change === undefined ? {} : { change: (basename, bytes) => change(source, basename, bytes) }),
      ...(stall === undefined ? {} : { stall: () => stall(source) }),
    })
  } finally {
    await source.close?.()
    await subject.destroy?.(source)
  }
}
