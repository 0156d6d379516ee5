import { expect, test } from 'vitest'
import { lintWizard } from '../src/index.js'

const lint = (name: string, input: Record<string, unknown>) =>
  lintWizard({
    name: 'Test',
    description: '',
    category: 'image',
    inputs: { [name]: { name: 'Input', description: '', type: 'fits', ...input } },
  }).map(({ level, input: of, message }) => `${level}: ${of}: ${message}`)

test.each<[string, Record<string, unknown>]>([
  ['input_files', { type: 'fits', minimum: 1 }],
  ['increase_by', { type: 'float', description: 'Added to every pixel.' }],
  ['count', { type: 'int', default: 3, required: false }],
  ['mode', { type: 'select', options: ['a'], default: 'a', required: false }],
  ['target', { type: 'source' }],
  ['color_channels', { type: 'fits', minimum: 1, color_picker: true, include_custom_scale: true }],
  ['lights', { type: 'fits', single_filter: true, filter_options: ['rp'] }],
])('%s is shown as it is', (name, input) => {
  expect(lint(name, input)).toEqual([])
})

test.each<[string, Record<string, unknown>, RegExp]>([
  ['targets', { type: 'target_positions' }, /^problem: targets: there is no widget for the type 'target_positions'/],
  ['region', { type: 'area' }, /^problem: region: there is no widget for the type 'area'/],
  ['flag', { type: 'boolean' }, /^problem: flag: there is no widget for the type 'boolean'/],
  ['max_comparisons', { type: 'int' }, /^problem: max_comparisons: an input of this name is hidden/],
  ['level', { type: 'float', required: false }, /^problem: level: every input that is shown has to be filled in/],
  ['note', { type: 'string', default: 'x' }, /^problem: note: a text begins empty/],
  ['mode', { type: 'select' }, /^problem: mode: there is nothing to select/],
  ['channels', { color_picker: true }, /^problem: channels: colours can only be picked for an input called 'color_ch/],
  ['channels', { include_custom_scale: true }, /^problem: channels: scales are only set for an input called 'color_ch/],
  ['level', { type: 'float', single_filter: true }, /^problem: level: only inputs of the type fits have filters/],
  ['level', { type: 'float', maximum: 3 }, /^note: level: its range is not shown/],
  ['input_files', { maximum: 3 }, /^note: input_files: its maximum is heeded only while files are dragged/],
  ['input_files', { description: 'x' }, /^note: input_files: its description is not shown/],
  ['input_files', { filter_options: ['rp'] }, /^note: input_files: 'filter_options' does nothing without/],
  ['target', { type: 'source', name_lookup: true }, /^note: target: 'name_lookup' does nothing/],
])('%s, %o', (name, input, expected) => {
  const found = lint(name, input)
  expect(found).toHaveLength(1)
  expect(found[0]).toMatch(expected)
})
