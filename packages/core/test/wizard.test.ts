import { describe, expect, test } from 'vitest'
import { formatSchemas } from '../src/formats.schema.js'
import type { JsonSchema, ObjectSchema } from '../src/input-schema.js'
import type { AnyOperationInfo } from '../src/operation-info.js'
import { titleOf, type WizardInput, wizardDescription, wizardType } from '../src/wizard.js'

function describeInput(schema: JsonSchema, required = true): WizardInput {
  const inputs: ObjectSchema = {
    type: 'object',
    properties: { some_input: schema },
    required: required ? ['some_input'] : [],
  }
  const info: AnyOperationInfo = { id: 'x', name: 'X', description: 'Does x.', category: 'image', revision: 1, inputs }
  const description = wizardDescription(info)
  expect(description).toMatchObject({ name: 'X', description: 'Does x.', category: 'image' })
  return description.inputs.some_input as WizardInput
}

describe('every format has its entry', () => {
  test.each([
    ['FitsFile', 'fits', 'A FITS file to work on.'],
    ['ImageFile', 'image', 'A picture (JPEG, PNG, TIFF) to work on.'],
    ['Source', 'source', 'A fixed object in the sky.'],
    ['TargetPositions', 'target_positions', 'One position of a fixed target, or several of a moving one.'],
    ['Area', 'area', 'A part of an image, in pixels or in the sky.'],
  ] as const)('%s is %s', (name, type, description) => {
    expect(describeInput(formatSchemas[name])).toEqual({ name: 'Some Input', description, type })
    expect(wizardType({ type: 'array', items: formatSchemas[name] })).toBe(type)
  })

  test('there is no other', () => {
    expect(Object.keys(formatSchemas).sort()).toEqual(['Area', 'FitsFile', 'ImageFile', 'Source', 'TargetPositions'])
  })

  test.each([
    [{ type: 'string' }, 'string'],
    [{ type: 'number' }, 'float'],
    [{ type: 'integer' }, 'int'],
    [{ type: 'string', enum: ['a', 'b'] }, 'select'],
    [{ wizard_type: 'spectrum', type: 'object' }, 'spectrum'],
    [{ anyOf: [] }, 'object'],
  ] satisfies [JsonSchema, string][])('%j is %s', (schema, type) => {
    expect(describeInput(schema).type).toBe(type)
  })
})

test('a list of files has its counts as minimum and maximum', () => {
  const schema = { title: 'Files', type: 'array', items: formatSchemas.FitsFile, minItems: 2, maxItems: 9 } as const
  expect(describeInput(schema)).toEqual({ name: 'Files', description: '', type: 'fits', minimum: 2, maximum: 9 })
})

test('numbers have limits, choices have options, and a default makes an input optional', () => {
  expect(describeInput({ type: 'number', minimum: 0, maximum: 5, default: 1 }, false)).toEqual({
    name: 'Some Input',
    description: '',
    type: 'float',
    minimum: 0,
    maximum: 5,
    default: 1,
  })
  expect(describeInput({ type: 'string', enum: ['a', 'b'] }).options).toEqual(['a', 'b'])
  expect(describeInput({ type: 'string' }, false).required).toBe(false)
})

test('more members come from the tag', () => {
  const wizard = { color_picker: true, filter_options: ['rp'] }
  expect(describeInput({ type: 'array', items: formatSchemas.FitsFile, wizard })).toMatchObject(wizard)
})

test.each([
  ['increase_by', 'Increase By'],
  ['input_files', 'Input Files'],
  ['x1', 'X1'],
  ['color', 'Color'],
])('%s is labelled %s', (field, title) => {
  expect(titleOf(field)).toBe(title)
})
