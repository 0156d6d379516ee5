import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DEFAULT_PAYLOAD_LIMITS } from '../src/clone-json.js'
import type { FileReference } from '../src/file-source.js'
import { formatSchemas } from '../src/formats.schema.js'
import type { ObjectSchema } from '../src/input-schema.js'
import { prepareJob } from '../src/prepare-job.js'
import { MemorySource } from './lab.js'

const inputs: ObjectSchema = {
  type: 'object',
  properties: {
    unordered: { type: 'array', unordered: true, items: formatSchemas.FitsFile },
    ordered: { type: 'array', items: formatSchemas.FitsFile },
    by: { type: 'number', default: 1 },
    where: formatSchemas.Source,
  },
  additionalProperties: false,
}
const info = { id: '@test/op', name: 'Test', description: '', category: 'image', revision: 1, inputs }

class AnySource extends MemorySource {
  override async identify({ basename, root }: FileReference): Promise<string> {
    return `${root ?? ''}/${basename}@1`
  }
}
const sources = new Map([['memory', new AnySource()]])

async function keyOf(value: unknown, revision = 1): Promise<string> {
  const surroundings = { services: [], sources, limits: DEFAULT_PAYLOAD_LIMITS }
  return (await prepareJob({ ...info, revision }, value, surroundings, { principal: { id: 'ann' } })).key
}

const reference = fc.record(
  { basename: fc.constantFrom('a', 'b', 'c/d'), source: fc.constant('memory'), root: fc.constantFrom('r', 's') },
  { requiredKeys: ['basename', 'source'] },
)
const job = fc.record({
  unordered: fc.array(reference, { maxLength: 5 }),
  ordered: fc.array(reference, { maxLength: 4 }),
  by: fc.double({ noNaN: true, noDefaultInfinity: true }),
  where: fc.record({ ra: fc.integer({ min: 0, max: 359 }), dec: fc.integer({ min: -90, max: 90 }) }),
})
type Value = typeof job extends fc.Arbitrary<infer Inner> ? Inner : never

const reversed = <T extends object>(value: T) => Object.fromEntries(Object.entries(value).reverse()) as T

test('the key does not depend on the order of members, members beyond the type, or the order of an unordered list', async () => {
  await fc.assert(
    fc.asyncProperty(
      job,
      fc.dictionary(fc.constantFrom('id', 'url', 'filter'), fc.string({ unit: 'grapheme' })),
      async (value, extra) => {
        const other = reversed({
          ...value,
          where: reversed(value.where),
          unordered: [...value.unordered].reverse().map((one) => ({ ...extra, ...reversed(one) })),
          ordered: value.ordered.map((one) => ({ ...one, ...extra })),
        })
        expect(await keyOf(other)).toBe(await keyOf(value))
      },
    ),
    { seed: 5 },
  )
})

test('the key depends on the revision and on every declared member', async () => {
  const changes: ((value: Value) => unknown)[] = [
    (value) => ({ ...value, by: value.by + 1 === value.by ? 0 : value.by + 1 }),
    (value) => ({ ...value, where: { ...value.where, ra: (value.where.ra + 1) % 360 } }),
    (value) => ({ ...value, where: { ...value.where, name: 'M 13' } }),
    (value) => ({ ...value, unordered: [...value.unordered, { basename: 'a', source: 'memory' }] }),
    (value) => ({ ...value, ordered: [...value.ordered, { basename: 'a', source: 'memory' }] }),
    (value) => ({ ...value, unordered: [{ basename: 'new', source: 'memory' }, ...value.unordered.slice(1)] }),
    ({ where: _, ...value }) => value,
  ]
  await fc.assert(
    fc.asyncProperty(job, fc.constantFrom(...changes), async (value, change) => {
      expect(await keyOf(change(value))).not.toBe(await keyOf(value))
      expect(await keyOf(value, 2)).not.toBe(await keyOf(value))
    }),
    { seed: 6 },
  )
})

test('an ordered list is another job in another order', async () => {
  const [a, b] = ['a', 'b'].map((basename) => ({ basename, source: 'memory' }))
  expect(await keyOf({ ordered: [a, b] })).not.toBe(await keyOf({ ordered: [b, a] }))
})

test('a default is the same as its value given', async () => {
  expect(await keyOf({})).toBe(await keyOf({ by: 1 }))
  expect(await keyOf({ by: -0 })).toBe(await keyOf({ by: 0 }))
  expect(await keyOf({})).not.toBe(await keyOf({ by: 2 }))
})
