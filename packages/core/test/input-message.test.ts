import { expect, test } from 'vitest'
import { inputLabel } from '../src/input-message.js'
import type { ObjectSchema } from '../src/input-schema.js'

const schema: ObjectSchema = { type: 'object', properties: { input_files: { title: 'Files' }, 'a/b': {} } }

test.each([
  ['', 'The set of inputs'],
  ['/input_files', 'Files (input_files)'],
  ['/input_files/0/basename', 'Files (input_files), item 1, basename'],
  ['/a~1b/~0', 'A/b (a/b), ~'],
  ['/unknown_one', 'Unknown One (unknown_one)'],
  ['/toString', 'ToString (toString)'],
])('%j is "%s"', (pointer, label) => {
  expect(inputLabel(schema, pointer)).toBe(label)
})

test('a long name is shortened', () => {
  expect(inputLabel(schema, `/${'x'.repeat(10_000)}`).length).toBeLessThan(200)
})
