import { expect, test } from 'vitest'
import { jsonDocument, oneLine, printable, sentence } from '../src/printable.js'

test('nothing in a text commands the terminal', () => {
  expect(printable('a\tb\nc\u001b[31m\u0000\u007f\u009b\u202e\rd')).toBe('a b\nc?[31m?????d')
  expect(printable('Größe 画像 ½')).toBe('Größe 画像 ½')
  expect(oneLine(' a\r\n  b ')).toBe('a b')
})

test('nor in JSON, which stays the same value', () => {
  const value = { name: 'a\u001b\u009b\u007f\u202e' }
  const text = jsonDocument(value)
  expect(text).toMatch(/^[\n -~]*$/)
  expect(JSON.parse(text)).toEqual(value)
  expect(text.endsWith('}\n')).toBe(true)
})

test('a sentence ends once', () => {
  expect(sentence('It is cut')).toBe('It is cut.')
  expect(sentence('Is it cut?')).toBe('Is it cut?')
})
