import assert from 'node:assert/strict'
import type { FileReference, FileSource } from '@datalab/core'
import type { ContractTest } from './conformance.js'
import { hasCode, within } from './expectations.js'
import type { SourceUnderTest } from './test-source.js'

const OUTSIDE = ['../a.bin', 'folder/../../a.bin', '/etc/passwd', 'folder\\..\\a.bin', 'a.bin\0', '..']

/** The contract of references and identities. */
export const referenceTests: readonly ContractTest<SourceUnderTest>[] = [
  {
    name: 'has a name, and tells how far it reaches',
    async run({ source }) {
      assert.notEqual(source.name, '')
      assert.ok(['process', 'machine', 'fleet'].includes(source.reach), source.reach)
    },
  },
  {
    name: 'identifies a file the same as long as its bytes are the same',
    async run({ source, reference, context }) {
      const identity = await source.identify(reference('a.bin'), context)
      assert.notEqual(identity, '')
      for (let i = 0; i < 3; i++) assert.equal(await source.identify({ ...reference('a.bin') }, context), identity)
    },
  },
  {
    name: 'an opened file has the identity that identify gives',
    async run({ source, reference, context }) {
      for (const name of ['a.bin', 'empty.bin', 'folder/b.bin']) {
        const opened = await source.open(reference(name), context)
        await opened.close()
        assert.equal(opened.identity, await source.identify(reference(name), context), name)
      }
    },
  },
  {
    name: 'a file that is not there is SOURCE_NOT_FOUND, for the user, in a sentence that names it',
    async run({ source, reference, context }) {
      for (const call of ['identify', 'open'] as const)
        await assert.rejects(source[call](reference('none.bin'), context), (error) => assertMissing(error, /none\.bin/))
    },
  },
  {
    name: 'tells the size of a file as opening it does, or not at all',
    async run({ source, reference, context }) {
      for (const [name, size] of Object.entries({ 'a.bin': 10, 'empty.bin': 0, 'folder/b.bin': 5 }))
        assert.equal((await source.size?.(reference(name), context)) ?? size, size, name)
      const missing = source.size?.(reference('none.bin'), context) ?? Promise.resolve(undefined)
      await missing.then(assertUnknown, (error) => assertMissing(error, /none\.bin/))
    },
  },
  {
    name: 'no name leads out of what it offers',
    async run({ source, reference, context }) {
      const refused = hasCode('SOURCE_NOT_FOUND', 'SOURCE_FORBIDDEN')
      for (const name of OUTSIDE) {
        await source.size?.(reference(name), context).then(assertUnknown, refused)
        await assert.rejects(source.identify(reference(name), context), refused, JSON.stringify(name))
        await assert.rejects(source.open(reference(name), context), refused, JSON.stringify(name))
      }
    },
  },
  {
    name: 'all spellings of a reference have one canonical spelling, which means the same file',
    async run({ source, reference, context, spellings }) {
      const names = ['a.bin', 'empty.bin', 'folder/b.bin']
      const canonical = names.map((name) => canonicalOf(source, reference(name)))
      assert.equal(
        new Set(canonical.map((one) => JSON.stringify(one))).size,
        names.length,
        'two files have one spelling',
      )
      for (const [index, name] of names.entries()) {
        const one = canonical[index] as FileReference
        assert.deepEqual(canonicalOf(source, one), one, 'it has a canonical spelling of its own')
        assert.equal(one.source, source.name)
        const identity = await source.identify(reference(name), context)
        assert.equal(await source.identify(one, context), identity, name)
        for (const spelling of spellings?.(name) ?? []) {
          assert.deepEqual(canonicalOf(source, spelling), one, JSON.stringify(spelling))
          assert.equal(await source.identify(spelling, context), identity, JSON.stringify(spelling))
        }
      }
    },
  },
  {
    name: 'to find the canonical spelling never fails, and leads out of nothing',
    async run({ source, reference, context }) {
      const refused = hasCode('SOURCE_NOT_FOUND', 'SOURCE_FORBIDDEN')
      for (const name of ['none.bin', ...OUTSIDE]) {
        const one = canonicalOf(source, reference(name))
        await assert.rejects(source.identify(one, context), refused, JSON.stringify(name))
      }
    },
  },
  {
    name: 'a file whose bytes changed has another identity',
    async run({ source, reference, context, change }) {
      if (change === undefined) return
      const before = await source.identify(reference('a.bin'), context)
      await change('a.bin', new TextEncoder().encode('9876543210'))
      const after = await source.identify(reference('a.bin'), context)
      assert.notEqual(after, before)
      const opened = await source.open(reference('a.bin'), context)
      await opened.close()
      assert.equal(opened.identity, after)
    },
  },
  {
    name: 'a signal that is aborted before ends the call, unless it is done at once',
    async run({ source, reference, context }) {
      const aborted = { ...context, signal: AbortSignal.abort() }
      const opening = source.open(reference('a.bin'), aborted).then((opened) => opened.close())
      const identifying = source.identify(reference('a.bin'), aborted)
      const measuring = source.size?.(reference('a.bin'), aborted)
      for (const call of [identifying, opening, measuring ?? opening])
        await within<unknown>(1000, call, 'the call went on for a second').catch(assertAborted)
    },
  },
  {
    name: 'a call without an answer ends when the signal is aborted',
    async run({ source, reference, context, stall }) {
      if (stall === undefined) return
      await stall()
      const abort = new AbortController()
      const waiting = { ...context, signal: abort.signal }
      const calls = [source.identify(reference('a.bin'), waiting), source.open(reference('a.bin'), waiting)]
      const measuring = source.size?.(reference('a.bin'), waiting)
      setImmediate(() => abort.abort())
      for (const call of calls)
        await assert.rejects(within<unknown>(1000, call, 'the call went on for a second'), assertAborted)
      if (measuring !== undefined)
        await within(1000, measuring, 'the call went on for a second').then(assertUnknown, assertAborted)
    },
  },
]

/** What `canonical` gives for a reference, which it leaves as it is; the reference itself where the source has none. */
function canonicalOf(source: FileSource, reference: FileReference): FileReference {
  if (source.canonical === undefined) return reference
  const frozen = Object.freeze({ ...reference })
  // As the host does: members that the source adds are the reference's own.
  return { ...frozen, ...source.canonical(frozen) }
}

/** That it tells nothing of what it cannot know. */
function assertUnknown(size: number | undefined): void {
  assert.equal(size, undefined)
}

function assertMissing(error: unknown, name: RegExp): true {
  hasCode('SOURCE_NOT_FOUND')(error)
  const { message, audience, retryable } = error as { message: string; audience?: unknown; retryable?: unknown }
  assert.match(message, name)
  assert.equal(audience, 'user')
  assert.notEqual(retryable, true)
  return true
}

function assertAborted(error: unknown): true {
  assert.equal((error as Error | undefined)?.name, 'AbortError', String(error))
  return true
}
