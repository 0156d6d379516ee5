import { expect, test } from 'vitest'
import { jsonFault, parseJson } from '../src/json-text.js'

test('JSON is read, with or without a byte order mark', () => {
  expect(parseJson('\ufeff{"a": [1, -2.5e3, "x\\n", true, null, {}]}', 'x')).toEqual({
    a: [1, -2500, 'x\n', true, null, {}],
  })
})

test.each([
  ['{"a": 1,}', 'line 1, column 9: a name in double quotes should be there, and there is "}".'],
  [
    '{"a": 1\n "b": 2}',
    'line 2, column 2: \',\' or the end of the list or object should be there, and there is "\\"".',
  ],
  ['[1,\n2,\n]', 'line 3, column 1: a value should be there, and there is "]".'],
  ["{'a': 1}", "line 1, column 2: a name in double quotes or '}' should be there, and there is \"'\"."],
  ['{"a" 1}', 'line 1, column 6: \':\' should be there, and there is "1".'],
  ['{"a": NaN}', 'line 1, column 7: a value should be there, and there is "N".'],
  ['[01]', "line 1, column 3: ',' or the end of the list or object should be there"],
  ['{"a": [1', "line 1, column 9: ',' or the end of the list or object should be there, and the text ends."],
  ['', 'line 1, column 1: a value should be there, and the text ends.'],
  ['{} {}', 'line 1, column 4: nothing more should be there, and there is "{".'],
  ['"a\nb"', 'line 1, column 1: a value should be there'],
  ['[1}', "line 1, column 3: ',' or the end of the list or object should be there"],
])('%j', (text, message) => {
  expect(() => parseJson(text, 'in.json')).toThrow(`in.json is not JSON at ${message}`)
})

test('whatever JSON.parse takes has no fault, and nothing else', () => {
  const pieces = ['{', '}', '[', ']', ',', ':', '"a"', '1', '-', '0.5', 'e3', 'true', 'nul', ' ', '\n', '"\\u00e', '"']
  let seed = 1
  const next = (limit: number) => {
    seed = (seed * 48271) % 2147483647
    return seed % limit
  }
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: 1 + next(7) }, () => pieces[next(pieces.length)]).join('')
    expect(jsonFault(text) === undefined, text).toBe(isJson(text))
  }
})

test('a deep text is no harder than another', () => {
  expect(jsonFault('['.repeat(200_000))?.index).toBe(200_000)
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
