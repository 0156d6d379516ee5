import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../src/canonical-json.js'
import { explainKey } from '../src/explain-key.js'
import type { JsonObject, JsonValue } from '../src/json.js'
import { IDENTITY } from '../src/normalize-inputs.js'
import type { Provenance } from '../src/provenance.js'

const IMAGES = '@datalab/fits/Images@1'
const MEDIAN = { id: '@datalab/op-median/Median', name: 'Median', revision: 1 }

/** A provenance whose key stands for what a key stands for. */
function job(
  inputs: JsonObject,
  operation: Provenance['operation'] = MEDIAN,
  services: Record<string, number> = { [IMAGES]: 1 },
): Provenance {
  const identity = canonicalJson([operation.id, operation.revision, services, inputs])
  return { key: createHash('sha256').update(identity).digest('hex'), operation, services, inputs }
}

function file(basename: string, version = '1', more: JsonObject = {}): JsonObject {
  return { [IDENTITY]: version, basename, source: 'local', root: 'data', ...more }
}

function explained(a: JsonValue, b: JsonValue): string[] {
  return explainKey(job({ v: a }), job({ v: b }))
}

describe('what is not of the inputs', () => {
  test('the same job', () => {
    const inputs = { input_files: [file('a.fits')], increase_by: 5 }
    expect(explainKey(job(inputs), job(structuredClone(inputs)))).toEqual([])
  })

  test('the version of the package is no part of a key', () => {
    expect(explainKey(job({}), job({}, { ...MEDIAN, version: '1.2.3' }))).toEqual([])
  })

  test('different operations: nothing else is compared', () => {
    const stacking = { id: '@datalab/op-stacking/Stacking', name: 'Stacking', revision: 7 }
    expect(explainKey(job({ a: 1 }), job({ b: 2 }, stacking, {}))).toEqual([
      'They are different operations: Median and Stacking.',
    ])
  })

  test('different operations of one name are told apart by their ids', () => {
    expect(explainKey(job({}), job({}, { ...MEDIAN, id: '@other/dataop-median/Median' }))).toEqual([
      'They are different operations: Median (@datalab/op-median/Median) and Median (@other/dataop-median/Median).',
    ])
  })

  test('revisions and services', () => {
    const a = job({}, MEDIAN, { [IMAGES]: 1, 'x/A@1': 1 })
    const b = job({}, { ...MEDIAN, revision: 2 }, { [IMAGES]: 2, 'x/B@1': 1 })
    expect(explainKey(a, b)).toEqual([
      "The operation's revision differs: 1 and 2.",
      `The service ${IMAGES} differs: revision 1 and 2.`,
      'Only the first requires the service x/A@1.',
      'Only the second requires the service x/B@1.',
    ])
  })

  test('settings of services', () => {
    const a = { ...job({}), settings: { [IMAGES]: { compression: 'RICE_1' }, 'x/A@1': 1 } }
    const b = { ...job({}), key: 'f'.repeat(64), settings: { [IMAGES]: { compression: 'GZIP_2' } } }
    expect(explainKey(a, b)).toEqual([
      `the settings of the service ${IMAGES}, compression differs: "RICE_1" and "GZIP_2".`,
      'Only the first has settings of the service x/A@1.',
    ])
  })

  test('keys that differ for what is not in a provenance', () => {
    expect(explainKey(job({}), { ...job({}), key: 'f'.repeat(64) })).toEqual([
      'They differ in something that their provenances do not hold.',
    ])
  })
})

describe('values', () => {
  test.each<[JsonValue, JsonValue, string[]]>([
    [5, 6, ['v differs: 5 and 6.']],
    ['5', 5, ['v differs: "5" and 5.']],
    [null, [], ['v differs: null and [].']],
    [{ ra: 1, dec: 2 }, { ra: 1, dec: 3 }, ['v, dec differs: 2 and 3.']],
    [{ ra: 1 }, { dec: 3 }, ['v, dec is only given for the second: 3.', 'v, ra is only given for the first: 1.']],
    ['a'.repeat(100), 'b', [`v differs: "${'a'.repeat(76)}... and "b".`]],
    [`${'a'.repeat(100)}b`, `${'a'.repeat(100)}c`, ['v differs, in what is too long to show here.']],
    [{ constructor: 1 }, {}, ['v, constructor is only given for the first: 1.']],
  ])('%j and %j', (a, b, sentences) => {
    expect(explained(a, b)).toEqual(sentences)
  })

  test('an input that only one has', () => {
    expect(explainKey(job({ a: 1 }), job({ a: 1, b: [2] }))).toEqual(['b is only given for the second: [2].'])
  })
})

describe('files', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => file(`${name}.fits`)) as [
    JsonObject,
    JsonObject,
    JsonObject,
    JsonObject,
  ]

  test.each<[string, JsonValue, JsonValue, string[]]>([
    [
      'another version',
      [b, c, file('a.fits', '1')],
      [b, c, file('a.fits', '2')],
      ['v, item 3: a.fits is another version of the file (its size or time differs).'],
    ],
    [
      'another version of what a source tells versions of by itself',
      [file('a.fits', '1', { source: 'archive' })],
      [file('a.fits', '2', { source: 'archive' })],
      ['v, item 1: a.fits is another version of the file.'],
    ],
    [
      'another version that stands elsewhere since',
      [file('a.fits', '1'), file('b.fits', '2')],
      [file('b.fits', '2'), file('a.fits', '3')],
      ['v, item 1: a.fits is another version of the file (its size or time differs).'],
    ],
    [
      'a member of a file',
      [{ ...a, color: 'red' }, b],
      [{ ...a, color: 'blue' }, b],
      ['v, item 1, a.fits, color differs: "red" and "blue".'],
    ],
    ['more', [a, b], [a, b, c, d], ['v: the second has 2 more: c.fits, d.fits.']],
    ['fewer', [a, b, b], [a, b], ['v: the first has 1 more: b.fits.']],
    ['others', [a, b], [a, c], ['v: the first has 1 of its own: b.fits.', 'v: the second has 1 of its own: c.fits.']],
    [
      'others of the same name',
      [a],
      [{ ...a, root: 'more' }],
      ['v: the first has 1 of its own: a.fits (local, data).', 'v: the second has 1 of its own: a.fits (local, more).'],
    ],
    ['the order', [a, b, c], [c, a, b], ['v: the order differs.']],
    [
      'the order of what both have',
      [a, b, c],
      [b, a, d],
      ['v: the first has 1 of its own: c.fits.', 'v: the second has 1 of its own: d.fits.', 'v: the order differs.'],
    ],
    ['one file for another', a, b, ['v differs: a.fits and b.fits.']],
    [
      'one file for another of the same name',
      a,
      { basename: 'a.fits', source: 'archive' },
      ['v differs: a.fits (local, data) and a.fits (archive).'],
    ],
    ['one file', a, file('a.fits', '2'), ['v: a.fits is another version of the file (its size or time differs).']],
    [
      'a file and something else',
      [a],
      [{ x: 1 }],
      ['v: the first has 1 of its own: a.fits.', 'v: the second has 1 of its own: {"x":1}.'],
    ],
  ])('%s', (_, one, other, sentences) => {
    expect(explained(one, other)).toEqual(sentences)
  })

  test('many more are counted', () => {
    const files = Array.from({ length: 999 }, (_, index) => file(`${index}.fits`))
    expect(explained([], files)).toEqual([
      'v: the second has 999 more: 0.fits, 1.fits, 2.fits, 3.fits, 4.fits and 994 more.',
    ])
  })
})

describe('lists of values', () => {
  test.each<[JsonValue, JsonValue, string[]]>([
    [[1, 2, 3], [1, 5, 3], ['v, item 2 differs: 2 and 5.']],
    [[1, 1, 2], [1, 2, 2], ['v, item 2 differs: 1 and 2.']],
    [[1, 2], [2, 1], ['v: the order differs.']],
    [[1], [1, 2], ['v: the second has 1 more: 2.']],
    [[{ ra: 1 }], [{ ra: 2 }], ['v, item 1, ra differs: 1 and 2.']],
    [[[1]], [[2]], ['v, item 1, item 1 differs: 1 and 2.']],
    [[1, 2, 2, 3], [0, 1, 2, 2, 2, 3], ['v: the second has 2 more: 0, 2.']],
  ])('%j and %j', (a, b, sentences) => {
    expect(explained(a, b)).toEqual(sentences)
  })
})

test('no more than 50 sentences, and the number of the others', () => {
  const inputs = (value: number, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`input_${index}`, value]))
  const of = (count: number) => explainKey(job(inputs(1, count)), job(inputs(2, count)))
  expect(of(50).length).toBe(50)
  expect(of(51).slice(49)).toEqual(['input_8 differs: 1 and 2.', 'And 1 more difference.'])
  expect(of(200).at(-1)).toBe('And 150 more differences.')
  expect(of(200).length).toBe(51)
})

const anyFile = fc.record({
  [IDENTITY]: fc.constantFrom('1', '2'),
  basename: fc.constantFrom('a', 'b', 'c'),
  source: fc.constantFrom('local', 'archive'),
})

const { value: anyValue } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<JsonValue>(null, true, 0, 1, 'a', 'b'),
    anyFile,
    fc.array(anyFile, { maxLength: 5 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('x', 'y', '__proto__', 'basename'), tie('value'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
}))

const anyJob = fc
  .tuple(
    fc.dictionary(fc.constantFrom('v', 'w'), anyValue, { noNullPrototype: true }),
    fc.constantFrom('Median', 'Stacking'),
    fc.constantFrom(1, 2),
    fc.dictionary(fc.constantFrom('x/A@1', 'x/B@1'), fc.constantFrom(1, 2), { noNullPrototype: true }),
  )
  .map(([inputs, name, revision, services]) => job(inputs, { id: `x/${name}`, name, revision }, services))

const UNKNOWN = 'something that a provenance does not hold'

describe('of any two jobs', () => {
  test('no differences are found just where there are none', () => {
    fc.assert(
      fc.property(anyJob, anyJob, (a, b) => {
        const sentences = explainKey(a, b)
        expect(sentences.length === 0).toBe(a.key === b.key)
        expect(sentences.join()).not.toContain(UNKNOWN)
        expect(new Set(sentences).size).toBe(sentences.length)
      }),
      { numRuns: 2000 },
    )
  })

  test('one finds as many as the other', () => {
    fc.assert(
      fc.property(anyJob, anyJob, (a, b) => {
        expect(explainKey(b, a).length).toBe(explainKey(a, b).length)
      }),
      { numRuns: 2000 },
    )
  })

  test('neither is changed', () => {
    fc.assert(
      fc.property(anyJob, anyJob, (a, b) => {
        const before = structuredClone([a, b])
        explainKey(a, b)
        expect([a, b]).toEqual(before)
      }),
    )
  })

  test('lists without an order, which are sorted by the whole item, never differ in order', () => {
    const sorted = fc
      .array(anyFile, { maxLength: 8 })
      .map((files) => files.toSorted((x, y) => (canonicalJson(x) < canonicalJson(y) ? -1 : 1)))
    fc.assert(
      fc.property(sorted, sorted, (a, b) => {
        expect(explained(a, b).join()).not.toContain('order')
      }),
      { numRuns: 2000 },
    )
  })
})
