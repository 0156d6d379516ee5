import { beforeAll, describe, expect, test } from 'vitest'
import type { FileReference } from '../src/file-source.js'
import { formatSchemas } from '../src/formats.schema.js'
import type { JsonSchema } from '../src/input-schema.js'
import type { JsonValue } from '../src/json.js'
import { InputNormalizer } from '../src/normalize-inputs.js'
import { loadValidators, type Validators } from '../src/validate-inputs.js'

let validators: Validators
beforeAll(async () => {
  validators = await loadValidators()
})

const object = (properties: Record<string, JsonSchema>): JsonSchema => ({ type: 'object', properties })
const ref = (basename: string, more: Record<string, string> = {}) => ({ basename, source: 's', ...more })
const files = (more: JsonSchema = {}): JsonSchema => ({ type: 'array', items: formatSchemas.FitsFile, ...more })
const versionOf = ({ basename }: FileReference) => `v-${basename}`

function normalized(
  schema: JsonSchema,
  inputs: JsonValue,
  identityOf = versionOf as (reference: FileReference) => string | undefined,
) {
  const normalizer = new InputNormalizer(schema, validators)
  return normalizer.normalize(normalizer.declared(inputs), identityOf)
}

describe('declared', () => {
  test('what a file reference has beyond its type is left behind', () => {
    const schema = object({ f: formatSchemas.FitsFile, l: files() })
    const inputs = { f: ref('a', { url: 'u', root: 'r' }), l: [ref('b', { id: '1' })] }
    expect(new InputNormalizer(schema, validators).declared(inputs)).toStrictEqual({
      f: { basename: 'a', source: 's', root: 'r' },
      l: [{ basename: 'b', source: 's' }],
    })
  })

  test('what a channel declares beyond a file stays', () => {
    const channel = {
      ...formatSchemas.FitsFile,
      properties: { ...formatSchemas.FitsFile.properties, zmin: { type: 'number' } },
    }
    expect(
      new InputNormalizer(object({ c: channel }), validators).declared({ c: { ...ref('a'), zmin: 3, id: 5 } }),
    ).toStrictEqual({
      c: { ...ref('a'), zmin: 3 },
    })
  })

  test('names of Object.prototype are no declared members', () => {
    const declared = new InputNormalizer(object({ f: formatSchemas.FitsFile }), validators).declared({
      f: { ...ref('a'), toString: 'x', valueOf: 'y', hasOwnProperty: 'z' },
    } as unknown as JsonValue)
    expect(declared).toStrictEqual({ f: ref('a') })
  })

  test('maps keep all their members, whose values are cut down', () => {
    const schema = object({ m: { type: 'object', additionalProperties: formatSchemas.FitsFile } })
    expect(new InputNormalizer(schema, validators).declared({ m: { x: ref('a', { id: '1' }) } })).toStrictEqual({
      m: { x: ref('a') },
    })
  })
})

describe('lists', () => {
  test('an unordered one is sorted by the whole item, and duplicates are kept', () => {
    const inputs = [ref('b'), ref('a', { root: 'z' }), ref('a'), ref('b')]
    const result = normalized(object({ l: files({ unordered: true }) }), { l: inputs }).inputs as { l: JsonValue[] }
    expect(result.l).toHaveLength(4)
    expect(result).toEqual(normalized(object({ l: files({ unordered: true }) }), { l: [...inputs].reverse() }).inputs)
    expect(result.l.filter((item) => JSON.stringify(item) === JSON.stringify(ref('b')))).toHaveLength(2)
  })

  test('files are ordered by what they are called, whatever their identity', () => {
    const schema = object({ l: files({ unordered: true }) })
    const identityOf = ({ root }: FileReference) => (root === 'x' ? '2' : '1')
    const { inputs } = normalized(schema, { l: [ref('a', { root: 'y' }), ref('a', { root: 'x' })] }, identityOf)
    expect((inputs as unknown as { l: FileReference[] }).l.map(({ root }) => root)).toEqual(['x', 'y'])
  })

  test('another keeps its order', () => {
    const { inputs } = normalized(object({ l: files() }), { l: [ref('b'), ref('a')] })
    expect(inputs).toEqual({ l: [ref('b'), ref('a')] })
  })

  test('numbers and lists in lists are sorted too, inner ones first', () => {
    const inner: JsonSchema = { type: 'array', unordered: true, items: { type: 'number' } }
    const { inputs } = normalized(object({ l: { type: 'array', unordered: true, items: inner } }), {
      l: [
        [3, 1],
        [2, 1],
      ],
    })
    expect(inputs).toEqual({
      l: [
        [1, 2],
        [1, 3],
      ],
    })
  })

  test('tuples and lists of anything stay as they are', () => {
    const schema = object({
      t: { type: 'array', items: [{ type: 'number' }, { type: 'string' }] },
      u: { type: 'array', unordered: true },
    })
    expect(normalized(schema, { t: [1, 'a'], u: [2, 1] }).inputs).toEqual({ t: [1, 'a'], u: [1, 2] })
  })
})

test('files carry their identity, in the identity alone', () => {
  const { inputs, identity } = normalized(object({ f: formatSchemas.FitsFile, n: { type: 'number' } }), {
    f: ref('a'),
    n: 1,
  })
  expect(inputs).toEqual({ f: ref('a'), n: 1 })
  expect(identity).toEqual({ f: { ...ref('a'), '@identity': 'v-a' }, n: 1 })
})

test('files are found in lists, maps, objects and unions, with where they are', () => {
  const holder = object({ f: formatSchemas.FitsFile, kind: { type: 'string', const: 'b' } })
  const schema = object({
    l: files(),
    m: { type: 'object', additionalProperties: formatSchemas.ImageFile },
    u: { anyOf: [object({ kind: { type: 'string', const: 'a' } }), { ...holder, required: ['f'] }] },
  })
  const inputs = { l: [ref('a')], m: { 'x/y': ref('b') }, u: { kind: 'b', f: ref('c') } }
  expect(new InputNormalizer(schema, validators).files(inputs)).toEqual([
    { pointer: '/l/0', reference: ref('a') },
    { pointer: '/m/x~1y', reference: ref('b') },
    { pointer: '/u/f', reference: ref('c') },
  ])
})

test('of a union, the members of the branch that fits are kept', () => {
  const branch = (kind: string, member: string): JsonSchema => ({
    ...object({ kind: { type: 'string', const: kind }, [member]: { type: 'number' } }),
    required: ['kind'],
    additionalProperties: true,
  })
  const schema = object({ u: { anyOf: [branch('a', 'x'), branch('b', 'y')] } })
  const { inputs } = normalized(schema, { u: { kind: 'b', x: 1, y: 2 } })
  expect(inputs).toEqual({ u: { kind: 'b', y: 2 } })
})

test('of several branches that fit, the one that declares most members is taken', () => {
  const branch = (...names: string[]): JsonSchema =>
    object(Object.fromEntries(names.map((name) => [name, { type: 'number' } as JsonSchema])))
  const schema = object({ u: { anyOf: [branch('x'), branch('x', 'y'), branch('x', 'z'), { type: 'null' }] } })
  expect(normalized(schema, { u: { x: 1, y: 2 } }).inputs).toEqual({ u: { x: 1, y: 2 } })
  expect(normalized(schema, { u: { x: 1, z: 2 } }).inputs).toEqual({ u: { x: 1, z: 2 } })
  expect(normalized(schema, { u: null }).inputs).toEqual({ u: null })
})

test('null goes through a union of objects without types', () => {
  const branch = (name: string): JsonSchema => ({ properties: { [name]: { type: 'number' } } })
  const schema = object({ u: { anyOf: [branch('x'), branch('y')] } })
  expect(normalized(schema, { u: null }).inputs).toEqual({ u: null })
})

test('a map keeps members with names of Object.prototype beside declared ones', () => {
  const schema = object({ m: { ...object({ a: { type: 'number' } }), additionalProperties: formatSchemas.FitsFile } })
  expect(normalized(schema, { m: { a: 1, valueOf: ref('a', { id: '1' }) } } as unknown as JsonValue).inputs).toEqual({
    m: { a: 1, valueOf: ref('a') },
  })
})

test.each([
  { frame: 'pixel', shape: 'circle', x: 1, y: 1, radius: 3 },
  {
    frame: 'sky',
    shape: 'polygon',
    points: [
      { ra: 3, dec: 1 },
      { ra: 2, dec: 1 },
      { ra: 2, dec: 2 },
    ],
  },
])('an area goes through as it is: $frame $shape', (area) => {
  expect(normalized(object({ area: formatSchemas.Area }), { area }).inputs).toEqual({ area })
})
