import fc from 'fast-check'
import { expect, test } from 'vitest'
import { conforms, fillIn, isPlain } from '../src/conforms.js'
import { formatSchemas } from '../src/formats.schema.js'
import type { JsonSchema } from '../src/input-schema.js'
import { loadValidators } from '../src/validate-inputs.js'

const names = fc.constantFrom('a', 'b', 'basename', 'source', 'toString', 'ä')
const scalar = fc.oneof(
  fc.constantFrom('', 'a', 'local', '../x', 'a/b', '\u{1F600}\u{1F600}', null, true, false),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(0.5, 1e300),
)

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(names, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

const { schema } = fc.letrec<{ schema: JsonSchema }>((tie) => {
  const optional = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined })
  const small = optional(fc.integer({ min: 0, max: 3 }))
  const parts = {
    type: optional(fc.constantFrom('object', 'array', 'string', 'number', 'integer', 'boolean', 'null')),
    title: optional(fc.constant('a title')),
    wizard_type: optional(fc.constant('fits')),
    const: optional(scalar),
    enum: optional(fc.uniqueArray(scalar, { minLength: 1, maxLength: 3 })),
    minimum: small,
    maximum: small,
    minLength: small,
    maxLength: small,
    minItems: small,
    maxItems: small,
    items: optional(tie('schema')),
    properties: optional(fc.dictionary(names, tie('schema'), { maxKeys: 3, noNullPrototype: true })),
    required: optional(fc.uniqueArray(names, { maxLength: 2 })),
    additionalProperties: optional(fc.oneof(fc.boolean(), tie('schema'))),
    anyOf: optional(fc.array(tie('schema'), { minLength: 1, maxLength: 3 })),
  }
  const some = fc.subarray(Object.keys(parts), { maxLength: 4 })
  const record = fc.tuple(some, fc.record(parts)).map(([chosen, all]) => {
    const kept = Object.entries(all).filter(([name, part]) => chosen.includes(name) && part !== undefined)
    return Object.fromEntries(kept) as JsonSchema
  })
  return { schema: fc.oneof({ maxDepth: 3 }, fc.constant<JsonSchema>({}), record) }
})

test('tells the same values valid as ajv, by any plain schema', async () => {
  const validators = await loadValidators()
  fc.assert(
    fc.property(schema, fc.array(value, { minLength: 1, maxLength: 8 }), (anySchema, values) => {
      fc.pre(isPlain(anySchema))
      const validate = validators.of(anySchema)
      for (const one of values) expect(conforms(anySchema, one)).toBe(validate(structuredClone(one)))
    }),
    { numRuns: 500 },
  )
})

const withDefaults = fc
  .tuple(schema, fc.dictionary(names, fc.tuple(schema, fc.option(scalar)), { maxKeys: 3, noNullPrototype: true }))
  .map(([outer, members]): JsonSchema => {
    const own = Object.entries(members).map(([name, [member, value]]) => [
      name,
      value === null ? member : { ...member, default: value },
    ])
    return { ...outer, properties: Object.fromEntries(own) }
  })

test('fills in the same defaults as ajv', async () => {
  const validators = await loadValidators()
  fc.assert(
    fc.property(withDefaults, fc.array(value, { minLength: 1, maxLength: 8 }), (anySchema, values) => {
      fc.pre(isPlain(anySchema))
      const validate = validators.of(anySchema)
      for (const one of values) {
        const [filled, byAjv] = [structuredClone(one), structuredClone(one)]
        const isValid = validate(byAjv)
        expect(conforms(anySchema, one)).toBe(isValid)
        if (!isValid) continue
        fillIn(anySchema, filled)
        expect(filled).toEqual(byAjv)
      }
    }),
    { numRuns: 1000 },
  )
})

test('gives what is missing, and leaves what is null', () => {
  const either: JsonSchema = { anyOf: [{ type: 'null' }, { type: 'string' }], default: 'simple' }
  const modes: JsonSchema = {
    type: 'object',
    properties: { mode: either, other: { type: 'string' } },
    required: ['mode'],
  }
  const [nothing, nil] = [{}, { mode: null }]
  for (const one of [nothing, nil]) {
    expect(isPlain(modes) && conforms(modes, one)).toBe(true)
    fillIn(modes, one)
  }
  expect([nothing, nil]).toEqual([{ mode: 'simple' }, { mode: null }])
})

test('the formats of files are plain, and what they say is valid or not', () => {
  expect(isPlain(formatSchemas.FitsFile)).toBe(true)
  expect(conforms(formatSchemas.FitsFile, { basename: 'a.fits', source: 'local', other: 1 })).toBe(true)
  expect(conforms(formatSchemas.FitsFile, { basename: '../a.fits', source: 'local' })).toBe(false)
  expect(conforms(formatSchemas.FitsFile, { source: 'local' })).toBe(false)
})

test.each<JsonSchema>([
  { items: { properties: { a: { type: 'number', default: 1 } } } },
  { properties: { a: { anyOf: [{ type: 'number', default: 1 }] } } },
  { properties: { a: { type: 'number', default: 'a' } } },
  { properties: { a: { type: 'array', default: [] } } },
  { type: 'string', pattern: 'a' },
  { type: 'string', format: 'date' },
  { properties: { a: { multipleOf: 2 } } },
  { items: [{ type: 'string' }] },
  { oneOf: [{}, {}] },
  { const: [1] },
  { enum: [{ a: 1 }] },
  { surprise: true } as JsonSchema,
])('%j is not plain', (complex) => {
  expect(isPlain(complex)).toBe(false)
})
