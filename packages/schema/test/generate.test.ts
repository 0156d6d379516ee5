import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { generateSchemas, SchemaError } from '../src/index.js'
import { fieldSchema, formatSchema, installCore, problemsOf, project, schemaOf, testFields } from './project.js'

describe('types', () => {
  testFields([
    ['field: string', { type: 'string' }],
    ['field: boolean', { type: 'boolean' }],
    ['field: number', { type: 'number' }],
    ['field: float', { type: 'number' }],
    ['field: int', { type: 'integer' }],
    ['field: string[]', { type: 'array', items: { type: 'string' } }],
    ['field: ReadonlyArray<number>', { type: 'array', items: { type: 'number' } }],
    ['field: readonly number[]', { type: 'array', items: { type: 'number' } }],
    ["field: 'only'", { type: 'string', const: 'only' }],
    [
      'field: { a: string; b?: number }',
      {
        type: 'object',
        properties: { a: { type: 'string' }, b: { type: 'number' } },
        required: ['a'],
        additionalProperties: false,
      },
    ],
  ])

  test('a tuple has as many items as elements', () => {
    expect(fieldSchema('field: [low: int, high: float]')).toEqual({
      type: 'array',
      minItems: 2,
      maxItems: 2,
      items: [
        { title: 'low', type: 'integer' },
        { title: 'high', type: 'number' },
      ],
    })
  })

  test('an optional member is not required, with or without `undefined`', () => {
    const schema = schemaOf('export interface Test { a: number; b?: number; c?: string | undefined}')
    expect(schema.required).toEqual(['a'])
    expect(schema.properties).toEqual({
      a: { type: 'number' },
      b: { type: 'number' },
      c: { type: 'string' },
    })
  })

  test('an interface without members', () => {
    expect(schemaOf('export interface Test {}')).toEqual({ type: 'object', additionalProperties: false })
  })
})

describe('formats of core', () => {
  test('a list of FITS files', () => {
    const schema = formatSchema(
      '/** Frames. @title Input Files @minItems 2 @maxItems 9 @unordered true */ field: FitsFile[]',
    )
    expect(schema).toMatchObject({
      title: 'Input Files',
      description: 'Frames.',
      type: 'array',
      minItems: 2,
      maxItems: 9,
      unordered: true,
      items: { wizard_type: 'fits', type: 'object', required: ['basename', 'source'], additionalProperties: true },
    })
  })

  test.each(['field: Area', 'field?: Area', 'field?: Area | undefined', 'field: Area | null'])('%s', (declaration) => {
    const schema = formatSchema(declaration)
    expect(schema).toMatchObject({ wizard_type: 'area', description: 'A part of an image, in pixels or in the sky.' })
    const members = (schema?.anyOf ?? []).filter(({ type }) => type !== 'null')
    expect(members.map(({ properties }) => `${properties?.frame?.const} ${properties?.shape?.const}`)).toEqual([
      'pixel rectangle',
      'pixel circle',
      'pixel polygon',
      'sky rectangle',
      'sky circle',
      'sky polygon',
    ])
  })

  test.each([
    ['Source', 'source'],
    ['TargetPositions', 'target_positions'],
    ['FitsFile', 'fits'],
    ['FitsFile | null', 'fits'],
  ])('%s is %s in the wizard', (type, wizardType) => {
    expect(formatSchema(`field: ${type}`)).toMatchObject({ wizard_type: wizardType })
    expect(formatSchema(`field: (${type})[]`)?.items).toMatchObject({ wizard_type: wizardType })
  })

  test('an interface that extends a FITS file is one, with members of its own', () => {
    const schema = formatSchema(
      'field: ColorChannel[]',
      `/** A channel. */
      interface ColorChannel extends FitsFile { color: { r: int; g: int; b: int }; zmin?: number }`,
    )
    expect(schema?.items).toMatchObject({
      description: 'A channel.',
      wizard_type: 'fits',
      additionalProperties: true,
      required: ['basename', 'color', 'source'],
      properties: {
        color: { properties: { r: { type: 'integer' } }, additionalProperties: false },
        zmin: { type: 'number' },
        basename: { format: 'relative-name', minLength: 1 },
      },
    })
  })

  test('so is an intersection with one', () => {
    expect(formatSchema('field: FitsFile & { level: int }')).toMatchObject({
      wizard_type: 'fits',
      additionalProperties: true,
      properties: { level: { type: 'integer' }, basename: { format: 'relative-name' } },
    })
    expect(formatSchema('field: FitsFile & { level: int }')).not.toHaveProperty('description')
  })
})

test('declarations of an installed core give what its sources give', () => {
  const source = `import type { Area, FitsFile, int } from '@datalab/core'
    export interface Test { files: FitsFile[]; area?: Area; size: int; sizes?: int[] }`
  const [inWorkspace, installed] = [undefined, installCore].map((link) => {
    const file = join(project({ 'src/inputs.ts': source }, link), 'src/inputs.ts')
    return generateSchemas([{ file, types: ['Test'] }])[0]?.get('Test')
  })
  expect(installed).toEqual(inWorkspace)
  expect(installed?.properties?.sizes).toEqual({ type: 'array', items: { type: 'integer' } })
})

test('equal names in several files are not confused', () => {
  const folder = project({
    'src/a.ts': 'export interface Test { mode: "x" | "b" }',
    'src/b.ts': 'export interface Test { mode: "b" | "x" }',
  })
  const requests = ['a', 'b'].map((name) => ({ file: join(folder, `src/${name}.ts`), types: ['Test'] }))
  const modes = generateSchemas(requests).map((schemas) => schemas.get('Test')?.properties?.mode?.enum)
  expect(modes).toEqual([
    ['x', 'b'],
    ['b', 'x'],
  ])
})

describe('what is refused', () => {
  test('a file that is not there', () => {
    expect(() => generateSchemas([{ file: 'nowhere/inputs.ts', types: [] }])).toThrow('there is no such file')
  })

  test('a type that is not exported', () => {
    expect(problemsOf('interface Test { a: number }')).toEqual(['exports no interface Test; export it'])
  })

  test('a type with parameters', () => {
    expect(problemsOf('export interface Test<T> { a: T }')).toEqual([
      'Test: has type parameters; export one with them filled in',
    ])
  })

  test('types that do not compile, with their line', () => {
    expect(problemsOf("import type { X } from './nowhere.js'\nexport interface Test { a: X }")).toEqual([
      expect.stringMatching(/^1: Cannot find module '\.\/nowhere\.js'/),
    ])
  })

  test('but not code beside the types', () => {
    expect(problemsOf('export interface Test { a: number }\nexport const cwd: number = process.cwd()')).toEqual([])
  })

  test('every problem of every file is named at once', () => {
    const folder = project({
      'src/a.ts': 'export interface Test { a: Date; b: Map<string, number> }',
      'src/b.ts': 'export interface Test { c: bigint }',
    })
    const requests = ['a', 'b'].map((name) => ({ file: join(folder, `src/${name}.ts`), types: ['Test'] }))
    const run = () => generateSchemas(requests)
    expect(run).toThrow(SchemaError)
    expect(run).toThrow(/Test\.a: a Date.*\n.*Test\.b: a Map.*\n.*Test\.c: `bigint`/)
  })
})
