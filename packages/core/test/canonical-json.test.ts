import { expect, test } from 'vitest'
import { canonicalJson } from '../src/canonical-json.js'
import type { JsonValue } from '../src/json.js'

test('the example of RFC 8785, section 3.2.2', () => {
  const value = JSON.parse(
    String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
  ) as JsonValue
  expect(canonicalJson(value)).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  )
})

test('members are sorted by UTF-16 code units, as in RFC 8785, section 3.2.3', () => {
  const value = {
    '\u20ac': 'Euro',
    '\r': 'CR',
    '\ufb33': 'Dalet',
    '1': 'One',
    '\ud83d\ude00': 'Smiley',
    '\u0080': 'Control',
    '\u00f6': 'o',
  }
  expect(Object.values(JSON.parse(canonicalJson(value)))).toHaveLength(7)
  const order = [...canonicalJson(value).matchAll(/:"([A-Za-z]+)"/g)].map(([, name]) => name)
  expect(order).toEqual(['CR', 'One', 'Control', 'o', 'Euro', 'Smiley', 'Dalet'])
})

test.each([
  [0, '0'],
  [-0, '0'],
  [5e-324, '5e-324'],
  [1.7976931348623157e308, '1.7976931348623157e+308'],
  [9007199254740992, '9007199254740992'],
  [295147905179352830000, '295147905179352830000'],
  [1e21, '1e+21'],
  [1e23, '1e+23'],
  [0.000001, '0.000001'],
  [333333333.3333332, '333333333.3333332'],
])('the number %s is %s, as in RFC 8785, appendix B', (value, text) => {
  expect(canonicalJson(value)).toBe(text)
})

test('empty and nested values', () => {
  expect(canonicalJson({})).toBe('{}')
  expect(canonicalJson([])).toBe('[]')
  expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}')
})

test('strings are what JSON makes of them, whichever characters they have', () => {
  for (let code = 0; code <= 0x17f; code++) {
    const text = `a${String.fromCharCode(code)}z`
    expect(canonicalJson(text)).toBe(JSON.stringify(text))
    expect(canonicalJson({ [text]: 1 })).toBe(JSON.stringify({ [text]: 1 }))
  }
})
