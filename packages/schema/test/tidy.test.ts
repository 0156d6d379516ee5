import { describe, expect, test } from 'vitest'
import { problemsOf, schemaOf, testRefusals } from './project.js'

test('keywords have one order', () => {
  const source = `/** Text. */ export interface Test {
    /** Text. @unordered true @maxItems 2 @minItems 1 @wizard {"a": 1} @title T */ a: number[]
    /** @wizard_type x @title T */ b: { c: number }
  }`
  const schema = schemaOf(source)
  const keys = (value: object = {}) => Object.keys(value).join(' ')
  expect(keys(schema)).toBe('description type properties required additionalProperties')
  expect(keys(schema.properties?.a)).toBe('title description wizard type minItems maxItems unordered items')
  expect(keys(schema.properties?.b)).toBe('title wizard_type type properties required additionalProperties')
})

describe('limits go to the alternatives they limit', () => {
  test.each([
    ['@minimum 1', [{ type: 'number', minimum: 1 }, { type: 'string' }]],
    [
      '@maxLength 5 @minimum 1',
      [
        { type: 'number', minimum: 1 },
        { type: 'string', maxLength: 5 },
      ],
    ],
  ])('%s', (tags, anyOf) => {
    const schema = schemaOf(`export interface Test {\n/** ${tags} */ a: number | string\n}`)
    expect(schema.properties?.a).toEqual({ anyOf })
  })
})

describe('what can never apply is refused', () => {
  testRefusals(
    [
      ['/** @minimum 1 */ a: number[]', 'Test.a: @minimum is for numbers, which this is not; remove it'],
      ['/** @minItems 1 */ a: number', 'Test.a: @minItems is for lists, which this is not; remove it'],
      ['/** @pattern x */ a: number | boolean', 'Test.a: @pattern is for strings, which this is not; remove it'],
      [
        '/** @additionalProperties true */ a: string',
        'Test.a: @additionalProperties is for objects, which this is not; remove it',
      ],
      ["/** @default x */ a?: 'y' | 'z'", 'Test.a: @default "x" is not a value of its type'],
      ['/** @default 0 @minimum 1 */ a: number', 'Test.a: @default 0 is not a value of its type'],
      ['/** @default x */ a: number', 'Test.a: @default "x" is not a value of its type'],
      [
        'a: {\n/** @default 1 */ b?: number } | string',
        'Test.a.b: @default has no effect inside a union; give it to the member that holds the union',
      ],
    ],
    (declaration) => `export interface Test {\n${declaration}\n}`,
  )

  test('a default of a whole number must be whole', () => {
    expect(problemsOf('type int = number; export interface Test {\n/** @default 1.5 */ a: int\n}')).toEqual([
      'Test.a: @default 1.5 is not a value of its type',
    ])
  })
})
