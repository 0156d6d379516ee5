import { expect, test } from 'vitest'
import { type TestFunctions, testSource } from '../src/index.js'
import {
  Blaming,
  ByName,
  Deaf,
  Elsewhere,
  Endless,
  Fickle,
  Forgetful,
  Generous,
  Inquisitive,
  Jealous,
  Knowing,
  Late,
  Lenient,
  Merging,
  Miscounting,
  Nameless,
  Open,
  Pedantic,
  type Remote,
  Restless,
  Scribbling,
  Shared,
  Short,
  Sloppy,
  Speechless,
  Spelling,
  Strict,
  Stuttering,
  Undead,
  Unpinned,
  Waiting,
  Wilful,
} from './broken-sources.js'
import { outcomeOf } from './recorded.js'

const declare = (Source: typeof Remote) => (runner: TestFunctions) =>
  testSource(runner, {
    name: 'mutant',
    create: (files) => new Source(files),
    change: (source, name, bytes) => source.set(name, bytes),
    spellings: (source, name) =>
      source instanceof Spelling ? [{ source: 'memory', basename: `././${name}` }] : [source.file(name)],
    stall: (source) => {
      source.isStalled = true
    },
  })

test.each([
  [Deaf, 'a call without an answer ends when the signal is aborted'],
  [Restless, 'identifies a file the same as long as its bytes are the same'],
  [Restless, 'an opened file has the identity that identify gives'],
  [ByName, 'a file whose bytes changed has another identity'],
  [Speechless, 'a file that is not there is SOURCE_NOT_FOUND, for the user, in a sentence that names it'],
  [Blaming, 'a file that is not there is SOURCE_NOT_FOUND, for the user, in a sentence that names it'],
  [Lenient, 'a file that is not there is SOURCE_NOT_FOUND, for the user, in a sentence that names it'],
  [Open, 'no name leads out of what it offers'],
  [Short, 'reads byte ranges, and fewer bytes only at the end'],
  [Sloppy, 'fills a part of a larger buffer, and nothing beside it'],
  [Undead, 'reading fails after it is closed, and closing twice is harmless'],
  [Unpinned, 'an open file whose bytes change keeps its own, or fails as SOURCE_CHANGED'],
  [Shared, 'each opening is its own'],
  [Miscounting, 'tells the size of a file as opening it does, or not at all'],
  [Knowing, 'tells the size of a file as opening it does, or not at all'],
  [Knowing, 'no name leads out of what it offers'],
  [Pedantic, 'all spellings of a reference have one canonical spelling, which means the same file'],
  [Stuttering, 'all spellings of a reference have one canonical spelling, which means the same file'],
  [Merging, 'all spellings of a reference have one canonical spelling, which means the same file'],
  [Scribbling, 'all spellings of a reference have one canonical spelling, which means the same file'],
  [Merging, 'to find the canonical spelling never fails, and leads out of nothing'],
  [Strict, 'to find the canonical spelling never fails, and leads out of nothing'],
  [Endless, 'a read without an answer ends when the signal that it was opened with is aborted'],
  [Fickle, 'its cache has a name, always the same'],
  [Nameless, 'its cache has a name, always the same'],
  [Late, 'no room is waited for where the signal is aborted before'],
  [Waiting, 'room is not waited for any more when the signal is aborted'],
  [Forgetful, 'its cache makes room for files, which can be opened then'],
  [Jealous, 'two can have room for one file, and give it back twice'],
  [Generous, 'two can have room for one file, and give it back twice'],
  [Inquisitive, 'no room is wanted for a file that is not there'],
  [Wilful, 'room is not waited for any more when the signal is aborted'],
  [Elsewhere, 'a path, where there is one, holds exactly these bytes'],
])('%o fails the test: %s', async (Mutant, name) => {
  expect(await outcomeOf(declare(Spelling), name)).toBe('passed')
  expect(await outcomeOf(declare(Mutant), name)).toMatch(/^failed/)
})
