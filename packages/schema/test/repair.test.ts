import { describe, expect, test } from 'vitest'
import { fieldSchema, problemsOf, testFields } from './project.js'

const integer = { type: 'integer' }

describe('int', () => {
  testFields(
    [
      ['field?: int', integer],
      ['field?: int | undefined', integer],
      ['field: int[]', { type: 'array', items: integer }],
      ['field: Array<int>', { type: 'array', items: integer }],
      ['field?: readonly (int)[]', { type: 'array', items: integer }],
      ['field: int | null', { anyOf: [integer, { type: 'null' }] }],
      ['field: Record<string, int>', { type: 'object', additionalProperties: integer }],
      ['field: { [name: string]: int }', { type: 'object', additionalProperties: integer }],
      ['field: Count', integer],
      ['field: Counts', { type: 'array', items: integer }],
      ['field: Box["size"]', integer],
    ],
    'type Count = int; type Counts = Count[]; interface Box { size: int }',
  )

  const types = [
    'Box',
    'Partial<Box>',
    'Readonly<Box>',
    'Pick<Box, "size">',
    'Omit<Box, "other">',
    'Sized<int>',
    'Sized',
    'Larger',
    'Named',
    "Record<'size', int>",
    'Box & { more: string }',
  ]
  test('in the members of every kind of object', () => {
    const before = `interface Box { size: int; other: number }
      interface Sized<T = int> { size: T }
      interface Larger extends Box { more: number }
      interface Named extends Sized<int> { name: string }
      type Boxes = Record<string, Box>`
    const schema = fieldSchema(`field: { ${types.map((type, index) => `member${index}: ${type}`).join('; ')} }`, before)
    for (const [index, type] of types.entries()) {
      expect(schema?.properties?.[`member${index}`], type).toMatchObject({ properties: { size: integer } })
    }
    const boxes = fieldSchema('field: Boxes', before)
    expect(boxes).toMatchObject({ additionalProperties: { properties: { size: integer } } })
  })

  test('a member that an interface overrides is its own', () => {
    const before = 'interface Base { a: number; b: number } interface Derived extends Base { a: int }'
    expect(fieldSchema('field: Derived', before)?.properties).toEqual({ a: integer, b: { type: 'number' } })
  })

  test('a member of another name for a number is not an integer', () => {
    expect(fieldSchema('field: Level', 'type Level = number')).toEqual({ type: 'number' })
  })
})

describe('unions', () => {
  testFields(
    [
      ["field: 'sum' | 'mean' | 'add'", { type: 'string', enum: ['sum', 'mean', 'add'] }],
      ["field?: 'sum' | 'mean' | 'add'", { type: 'string', enum: ['sum', 'mean', 'add'] }],
      ['field: Mode', { type: 'string', enum: ['z', 'a', 'm'] }],
      ['field?: Mode | undefined', { type: 'string', enum: ['z', 'a', 'm'] }],
      ["field: 'first' | Mode", { type: 'string', enum: ['first', 'z', 'a', 'm'] }],
      ['field: 4 | 1 | -2', { type: 'number', enum: [4, 1, -2] }],
      ["field: 'auto' | 3", { enum: ['auto', 3] }],
      ["field: 'b' | 'a' | number", { anyOf: [{ type: 'string', enum: ['b', 'a'] }, { type: 'number' }] }],
      ["field: number | 'auto'", { anyOf: [{ type: 'number' }, { type: 'string', const: 'auto' }] }],
      ["field: boolean | 'auto'", { anyOf: [{ type: 'boolean' }, { type: 'string', const: 'auto' }] }],
      ['field: true | false', { type: 'boolean' }],
      ["field: Choice<'b', 'a'>", { type: 'string', enum: ['b', 'a'] }],
      ['field: Letter', { type: 'string', enum: ['z', 'a'] }],
      ['field?: Letter', { type: 'string', enum: ['z', 'a'] }],
      ['field: Mode[]', { type: 'array', items: { type: 'string', enum: ['z', 'a', 'm'] } }],
    ],
    `type Mode = 'z' | 'a' | 'm'; type Choice<A, B> = A | B; enum Letter { Z = 'z', A = 'a' }`,
  )

  test('objects come in source order, whichever the compiler met first', () => {
    const before = `interface Circle { shape: 'circle'; radius: int } interface Box { shape: 'box'; side: float }
      interface Earlier { box: Box; circle: Circle }`
    const schema = fieldSchema('earlier: Earlier; field: Circle | Box', before)
    expect(schema?.anyOf?.map(({ properties }) => properties?.shape?.const)).toEqual(['circle', 'box'])
    expect(schema?.anyOf?.[0]?.properties?.radius).toEqual(integer)
    expect(fieldSchema('field: Box | Circle', before)?.anyOf).toEqual([...(schema?.anyOf ?? [])].reverse())
  })

  test('limits of a number that may be null stay with the number', () => {
    expect(fieldSchema('/** @minimum 0 */ field?: number | null')).toEqual({
      anyOf: [{ type: 'number', minimum: 0 }, { type: 'null' }],
    })
  })
})

describe('aliases', () => {
  const before = `/** How far. @title Distance @minimum 0 */ type Distance = number
    /** Ways. @minItems 1 */ type Distances = Distance[]`

  test('bring what they say with them', () => {
    const distance = { title: 'Distance', description: 'How far.', type: 'number', minimum: 0 }
    expect(fieldSchema('field: Distance', before)).toEqual(distance)
    expect(fieldSchema('field?: Distance', before)).toEqual(distance)
    expect(fieldSchema('field: Distances', before)).toEqual({
      description: 'Ways.',
      type: 'array',
      minItems: 1,
      items: distance,
    })
  })

  test('yield to the member', () => {
    expect(fieldSchema('/** To the star. @title Star @minimum 1 */ field: Distance', before)).toEqual({
      title: 'Star',
      description: 'To the star.',
      type: 'number',
      minimum: 1,
    })
  })

  test('and win over what they name', () => {
    const types = `/** A box. @title Box */ interface Box { a: number }
/** My box. */ type Mine = Box`
    expect(fieldSchema('field: Mine', types)).toMatchObject({ title: 'Box', description: 'My box.' })
  })
})

test('the library’s own docs are not the author’s', () => {
  expect(fieldSchema('field: Record<string, string>')).not.toHaveProperty('description')
  expect(fieldSchema('field: Partial<{ a: string }>')).not.toHaveProperty('description')
})

describe('what cannot be followed is refused', () => {
  test.each([
    [
      "Exclude<'a' | 'b', 'a'>",
      'Test.field: `T extends U ? never : T` is computed and cannot be followed; write the type out',
    ],
    [
      '(typeof modes)[number]',
      'Test.field: `(typeof modes)[number]` is computed and cannot be followed; write the type out',
    ],
    ['keyof Box', 'Test.field: `keyof Box` is computed and cannot be followed; write the type out'],
  ])('%s', (type, problem) => {
    const source = `type int = number; interface Box { a: int; b: int }; const modes = ['x', 'y'] as const
      export interface Test { field: ${type}; other?: [int, keyof Box, typeof modes] }`
    expect(problemsOf(source)).toContain(problem)
  })
})
