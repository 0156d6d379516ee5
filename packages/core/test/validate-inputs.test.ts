import { beforeAll, describe, expect, test } from 'vitest'
import { isDataLabError } from '../src/errors.js'
import { formatSchemas } from '../src/formats.schema.js'
import type { InputIssue } from '../src/input-issue.js'
import type { JsonSchema, ObjectSchema } from '../src/input-schema.js'
import { loadValidators, type Validators, validateInputs } from '../src/validate-inputs.js'

let validators: Validators
beforeAll(async () => {
  validators = await loadValidators()
})

const files: JsonSchema = {
  title: 'Input Files',
  type: 'array',
  minItems: 2,
  maxItems: 3,
  items: formatSchemas.FitsFile,
}

function issuesOf(
  properties: Record<string, JsonSchema>,
  inputs: unknown,
  required: string[] = [],
): readonly InputIssue[] {
  const schema: ObjectSchema = { type: 'object', properties, required, additionalProperties: false }
  const info = { id: 'x', name: 'Test', description: '', category: 'image', revision: 1, inputs: schema }
  try {
    validateInputs(validators, info, inputs)
    return []
  } catch (error) {
    if (!isDataLabError(error, 'DATALAB_INPUT_INVALID')) throw error
    expect(error.audience).toBe('user')
    return error.details.issues as InputIssue[]
  }
}

const fileAt = (basename: unknown) => ({ basename, source: 'local' })

describe('each problem is a sentence that names the input and the way out', () => {
  test.each<[string, Record<string, JsonSchema>, unknown, string, string]>([
    ['required', { by: { type: 'number' } }, {}, '/by', 'By (by) is missing; give it a value.'],
    [
      'required inside',
      { f: formatSchemas.FitsFile },
      { by: 1, f: { source: 'x' } },
      '/f/basename',
      'F (f) has no basename; add it.',
    ],
    [
      'unknown input',
      { by: { type: 'number' } },
      { by: 1, to: 2 },
      '/to',
      'There is no input "to"; leave it out (the inputs are by).',
    ],
    [
      'unknown member',
      { s: formatSchemas.Source },
      { by: 1, s: { ra: 1, dec: 2, z: 3 } },
      '/s/z',
      'S (s) has no member "z"; leave it out (it may have name, ra, dec).',
    ],
    [
      'minItems',
      { files },
      { by: 1, files: [fileAt('a')] },
      '/files',
      'Input Files (files) needs at least 2, and 1 is given; add 1 more.',
    ],
    [
      'maxItems',
      { files },
      { by: 1, files: 'abcde'.split('').map(fileAt) },
      '/files',
      'Input Files (files) takes at most 3, and 5 are given; take 2 away.',
    ],
    ['minimum', { n: { type: 'number', minimum: 0 } }, { by: 1, n: -1 }, '/n', 'N (n) is -1; give 0 or more.'],
    ['maximum', { n: { type: 'number', maximum: 5 } }, { by: 1, n: 6 }, '/n', 'N (n) is 6; give 5 or less.'],
    [
      'exclusiveMinimum',
      { n: { type: 'number', exclusiveMinimum: 0 } },
      { by: 1, n: 0 },
      '/n',
      'N (n) is 0; give more than 0.',
    ],
    [
      'exclusiveMaximum',
      { n: { type: 'number', exclusiveMaximum: 360 } },
      { by: 1, n: 360 },
      '/n',
      'N (n) is 360; give less than 360.',
    ],
    ['minLength 1', { t: { type: 'string', minLength: 1 } }, { by: 1, t: '' }, '/t', 'T (t) is empty; fill it in.'],
    [
      'minLength',
      { t: { type: 'string', minLength: 3 } },
      { by: 1, t: 'a' },
      '/t',
      'T (t) is too short; give at least 3 characters.',
    ],
    [
      'maxLength',
      { t: { type: 'string', maxLength: 3 } },
      { by: 1, t: 'abcd' },
      '/t',
      'T (t) is too long; give at most 3 characters.',
    ],
    [
      'pattern',
      { t: { type: 'string', pattern: '^a' } },
      { by: 1, t: 'b' },
      '/t',
      'T (t) is "b", which does not fit the pattern ^a.',
    ],
    [
      'format',
      { files },
      { by: 1, files: [fileAt('a'), fileAt('../b')] },
      '/files/1/basename',
      "Input Files (files), item 2, basename is \"../b\"; give a relative name, without '..', a leading '/' or NUL.",
    ],
    ['enum', { t: { type: 'string', enum: ['a', 'b'] } }, { by: 1, t: 'c' }, '/t', 'T (t) is "c"; choose one of a, b.'],
    ['const', { t: { type: 'string', const: 'a' } }, { by: 1, t: 'c' }, '/t', 'T (t) is "c"; it must be "a".'],
    ['type', { n: { type: 'integer' } }, { by: 1, n: 1.5 }, '/n', 'N (n) is 1.5; give a whole number.'],
    ['type of a text', { n: { type: 'number' } }, { by: 1, n: '15' }, '/n', 'N (n) is the text "15"; give a number.'],
    ['types', { n: { type: ['number', 'null'] } }, { by: 1, n: [] }, '/n', 'N (n) is a list; give a number or null.'],
    [
      'uniqueItems',
      { l: { type: 'array', uniqueItems: true } },
      { by: 1, l: [1, 2, 1] },
      '/l',
      'L (l): items 1 and 3 are the same; take one away.',
    ],
    ['multipleOf', { n: { type: 'number', multipleOf: 2 } }, { by: 1, n: 3 }, '/n', 'N (n) must be multiple of 2.'],
  ])('%s', (_, properties, inputs, pointer, message) => {
    expect(issuesOf({ by: { type: 'number' }, ...properties }, inputs, ['by'])).toEqual([{ pointer, message }])
  })

  test.each([null, [], 'text', 1])('inputs that are %j', (inputs) => {
    expect(issuesOf({}, inputs)[0]?.message).toMatch(/^The set of inputs is .*; give an object\.$/)
  })
})

test.each(['../a', '/a', 'a//b', 'a\0b', '.', '..', 'a/../../b', ''])('the file name %j is refused', (basename) => {
  expect(issuesOf({ f: formatSchemas.FitsFile }, { f: fileAt(basename) })).not.toEqual([])
})

describe('of a union', () => {
  const area = (value: unknown) => issuesOf({ area: formatSchemas.Area }, { area: value })

  test.each([
    { frame: 'pixel', shape: 'rectangle', x1: 1, y1: 1, x2: 2, y2: 2 },
    { frame: 'pixel', shape: 'circle', x: 1, y: 1, radius: 3 },
    {
      frame: 'pixel',
      shape: 'polygon',
      points: [
        { x: 1, y: 1 },
        { x: 2, y: 1 },
        { x: 2, y: 2 },
      ],
    },
    { frame: 'sky', shape: 'rectangle', ra: 1, dec: 1, width: 1, height: 1 },
    { frame: 'sky', shape: 'circle', ra: 1, dec: 1, radius: 1 },
    {
      frame: 'sky',
      shape: 'polygon',
      points: [
        { ra: 1, dec: 1 },
        { ra: 2, dec: 1 },
        { ra: 2, dec: 2 },
      ],
    },
  ])('$frame $shape is accepted', (value) => {
    expect(area(value)).toEqual([])
  })

  test('what is wrong with the form that is meant is said, and nothing else', () => {
    expect(area({ frame: 'pixel', shape: 'circle', x: 1, y: 'b' })).toEqual([
      { pointer: '/area/radius', message: 'Area (area) has no radius; add it.' },
      { pointer: '/area/y', message: 'Area (area), y is the text "b"; give a number.' },
    ])
  })

  test('a value of no form is told which there are', () => {
    expect(area({ frame: 'pixel', shape: 'star' }).map(({ message }) => message)).toEqual([
      'Area (area) has none of the forms it may have; give an object with frame "pixel" and shape "rectangle", or an object with frame "pixel" and shape "circle", or an object with frame "pixel" and shape "polygon", or an object with frame "sky" and shape "rectangle", or an object with frame "sky" and shape "circle", or an object with frame "sky" and shape "polygon".',
    ])
    expect(area(5)).toHaveLength(1)
  })

  test('each item of a list is told of its own', () => {
    const areas: JsonSchema = { type: 'array', items: formatSchemas.Area }
    const issues = issuesOf({ areas }, { areas: [{ frame: 'sky', shape: 'circle', ra: 1, dec: 1 }, { shape: 'x' }] })
    expect(issues.map(({ pointer }) => pointer)).toEqual(['/areas/0/radius', '/areas/1'])
  })
})

test('several problems are counted, and spelled out three times', () => {
  const schema: ObjectSchema = { type: 'object', properties: { l: { type: 'array', items: { type: 'number' } } } }
  const info = { id: 'x', name: 'Test', description: '', category: 'image', revision: 1, inputs: schema }
  expect(() => validateInputs(validators, info, { l: ['a', 'b', 'c', 'd'] })).toThrow(
    'Test: L (l), item 1 is the text "a"; give a number. L (l), item 2 is the text "b"; give a number. L (l), item 3 is the text "c"; give a number. There is 1 more problem.',
  )
})

test('very many and very long problems make no very large error', () => {
  const issues = issuesOf(
    { l: { type: 'array', items: { type: 'number' } } },
    { l: Array.from({ length: 50_000 }, () => 'x'.repeat(200)) },
  )
  expect(issues.length).toBeLessThanOrEqual(500)
  expect(issuesOf({}, { ['x'.repeat(1_000_000)]: 1 })[0]?.message.length).toBeLessThan(200)
})

test('defaults are filled in', () => {
  const inputs = {}
  expect(issuesOf({ n: { type: 'number', default: 3 } }, inputs, ['n'])).toEqual([])
  expect(inputs).toEqual({ n: 3 })
})
