import { describe, expect, test } from 'vitest'
import { fieldSchema, problemsOf, testFields, testRefusals } from './project.js'

describe('tags', () => {
  testFields([
    [
      '/** Value. @title Value to Brighten By @minimum 0 */ field: number',
      { title: 'Value to Brighten By', description: 'Value.', type: 'number', minimum: 0 },
    ],
    [
      '/** Right ascension. @minimum 0 @exclusiveMaximum 360 */ field: number',
      { description: 'Right ascension.', type: 'number', minimum: 0, exclusiveMaximum: 360 },
    ],
    [
      '/** @title Images to Brighten  @minItems 1  @maxItems 999 */ field: number[]',
      { title: 'Images to Brighten', type: 'array', minItems: 1, maxItems: 999, items: { type: 'number' } },
    ],
    ['/** @title A (b@c) {d} `@e` */ field: string', { title: 'A (b@c) {d} `@e`', type: 'string' }],
    ['/** @title 42 */ field: string', { title: '42', type: 'string' }],
    ['/**\n * @title Long\n *   title\n */ field: string', { title: 'Long title', type: 'string' }],
    ['/** @default simple */ field?: string', { type: 'string', default: 'simple' }],
    ['/** @default 15.0 */ field?: string', { type: 'string', default: '15.0' }],
    ['/** @default "a b" */ field?: string', { type: 'string', default: 'a b' }],
    ['/** @default -1.5e3 */ field?: number', { type: 'number', default: -1500 }],
    ['/** @default 2 @minimum 1 */ field: int', { type: 'integer', default: 2, minimum: 1 }],
    ["/** @default b */ field?: 'c' | 'b'", { type: 'string', enum: ['c', 'b'], default: 'b' }],
    ['/** @default [1, 2] */ field?: int[]', { type: 'array', default: [1, 2], items: { type: 'integer' } }],
    ['/** @default false */ field?: boolean', { type: 'boolean', default: false }],
    ['/** @format date-time @pattern ^2 */ field: string', { type: 'string', format: 'date-time', pattern: '^2' }],
    ['/** @unordered */ field: string[]', { type: 'array', unordered: true, items: { type: 'string' } }],
    ['/** @uniqueItems true */ field: string[]', { type: 'array', uniqueItems: true, items: { type: 'string' } }],
    [
      '/** @wizard {"color_picker": true} @title T */ field: string',
      { type: 'string', title: 'T', wizard: { color_picker: true } },
    ],
    ['/**\n * @wizard {\n *   "a": ["x"]\n * }\n */ field: string', { type: 'string', wizard: { a: ['x'] } }],
    ['/** Text. @remarks For readers. @see x */ field: string', { type: 'string', description: 'Text.' }],
  ])

  test('a member is described by itself before its type', () => {
    const before = '/** A box. @title Box @wizard_type box @additionalProperties true */ interface Box { a: number }'
    const shape = {
      wizard_type: 'box',
      type: 'object',
      properties: { a: { type: 'number' } },
      required: ['a'],
      additionalProperties: true,
    }
    expect(fieldSchema('field: Box', before)).toEqual({ title: 'Box', description: 'A box.', ...shape })
    expect(fieldSchema('/** Mine. */ field?: Box', before)).toEqual({ title: 'Box', description: 'Mine.', ...shape })
    expect(fieldSchema('/** Mine. @title My box */ field: Box', before)).toEqual({
      title: 'My box',
      description: 'Mine.',
      ...shape,
    })
  })
})

describe('tags that would be lost or misread are refused', () => {
  const problems = [
    ['@minItem 2', 'there is no tag @minItem; remove it, or check its spelling'],
    ['@ignore', 'there is no tag @ignore; remove it, or check its spelling'],
    ['@type integer', 'there is no tag @type; remove it, or check its spelling'],
    ['@minimum two', '@minimum must be followed by a number, not by "two"'],
    ['@minimum', '@minimum must be followed by a number, not by ""'],
    ['@unordered yes', '@unordered must be followed by true or false, not by "yes"'],
    ['@wizard color_picker', '@wizard must be followed by a JSON object, not by "color_picker"'],
    ['@title', '@title must be followed by text, not by ""'],
    ['@default', '@default must be followed by a value, not by ""'],
  ] as const
  testRefusals(
    problems.map(([tag, problem]) => [tag, `Test.a: ${problem}`]),
    (tag) => `export interface Test {\n/** ${tag} */ a: number[]\n}`,
  )
})

test('a doc comment that the compiler passes over is refused', () => {
  const lost = 'loses its doc comment, which must start on a line of its own'
  expect(problemsOf('export interface Test { /** Text. */ a: number }')).toEqual([`Test.a: a ${lost}`])
  expect(problemsOf('export interface Test {\n a: string; /** Text. */ b: {\n/** Text. */ c: number }\n}')).toEqual([
    `Test.b: b ${lost}`,
  ])
  expect(problemsOf('type A = 1; /** Text. */ type B = 2\nexport interface Test { a: A; b: B }')).toEqual([
    `Test.b: B ${lost}`,
  ])
})
