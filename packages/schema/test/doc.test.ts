import { expect, test } from 'vitest'
import { prose } from '../src/doc.js'
import { fieldSchema, schemaOf } from './project.js'

test.each([
  ['One line.', 'One line.'],
  ['Two\nlines.', 'Two lines.'],
  ['Two \r\n  lines.', 'Two lines.'],
  ['First.\n\nSecond\nparagraph.', 'First.\n\nSecond paragraph.'],
  ['First.\n \n\n\nSecond.', 'First.\n\nSecond.'],
  ['Either\n- one\n  thing\n- or 2\n- 3', 'Either\n- one thing\n- or 2\n- 3'],
  ['1. first\n2. second', '1. first\n2. second'],
  ['a - b\nc -d\n-1 is less', 'a - b c -d -1 is less'],
  ['See {@link Box}.', 'See Box.'],
  ['See {@link Box | the box} and {@linkcode Box the other}.', 'See the box and the other.'],
  ['At {@link https://a.example/b?c=d} or {@link https://a.example | here}.', 'At https://a.example/b?c=d or here.'],
  ['A link\n{@link Box the\nbox}.', 'A link the box.'],
])('%j reads %j', (comment, expected) => {
  expect(prose(comment)).toBe(expected)
})

test('the description of a member', () => {
  const declaration = `/**
   * The images to stack,
   * see {@link Box | their box} and {@link Nowhere}.
   *
   * All of
   * one size.
   *
   * @title Images
   */
  field: number[]`
  expect(fieldSchema(declaration, 'interface Box { a: number }')?.description).toBe(
    'The images to stack, see their box and Nowhere.\n\nAll of one size.',
  )
})

test('only the comment next to a declaration counts', () => {
  const schema = schemaOf('/** Of the file. */\n\n/** Of the type. */\nexport interface Test { a: number }')
  expect(schema.description).toBe('Of the type.')
})
