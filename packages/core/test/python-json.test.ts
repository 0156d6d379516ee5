import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareCodePoints, dumpPythonJson, type PythonJson, parsePythonJson } from '../src/python-json.js'

interface PythonCase {
  readonly inputs: string
  readonly text: string | null
}

const cases: PythonCase[] = readFileSync(new URL('./fixtures/python-keys.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))

const values = cases.flatMap(({ inputs, text }) => {
  const [, raw] = /^\{"v": (.*)\}$/s.exec(inputs) ?? []
  return raw === undefined ? [] : [[raw, text?.slice('Median_[["v", '.length, -']]'.length) ?? null] as const]
})

function rewritten(text: string): string {
  return dumpPythonJson(parsePythonJson(text))
}

function errorOf(text: string): { line: unknown; column: unknown; message: string } {
  try {
    parsePythonJson(text)
  } catch (error) {
    expect(error).toMatchObject({ code: 'DATALAB_INPUT_INVALID', audience: 'user', retryable: false })
    const { details, message } = error as Error & { details: Record<string, unknown> }
    expect(details.issues).toEqual([{ pointer: '', message }])
    return { line: details.line, column: details.column, message }
  }
  throw new Error(`'${text}' was accepted`)
}

describe('what CPython read and wrote', () => {
  test('there are cases of both kinds', () => {
    expect(values.filter(([, text]) => text !== null).length).toBeGreaterThan(55)
    expect(values.filter(([, text]) => text === null).length).toBeGreaterThan(25)
  })

  test.each(values)('%j', (raw, text) => {
    if (text === null) errorOf(raw)
    else expect(rewritten(raw)).toBe(text)
  })
})

describe('parsePythonJson', () => {
  test('an int is a bigint, a float a number', () => {
    expect(parsePythonJson('[15, 15.0, 1e1, -0, -0.0, 18446744073709551616]')).toEqual([
      15n,
      15,
      10,
      0n,
      -0,
      18446744073709551616n,
    ])
  })

  test('an object is a map, whose last member of a name counts', () => {
    expect(parsePythonJson('{"__proto__": 1, "a": 2, "__proto__": 3}')).toEqual(
      new Map([
        ['__proto__', 3n],
        ['a', 2n],
      ]),
    )
  })

  test.each([
    ['', 1, 1, 'a value is missing'],
    ['{"a": 1,\n "b" 2}', 2, 6, "a ':' is missing"],
    ['["😀", x]', 1, 7, 'a value is missing'],
    ['[1,\r\n\t]', 2, 2, 'a value is missing'],
    ['[1 2]', 1, 4, "a ',' or ']' is missing"],
    ['{"a": 1 "b": 2}', 1, 9, "a ',' or '}' is missing"],
    ['{"a": 1,}', 1, 9, 'the name of a member, in double quotes, is missing'],
    ['{} {}', 1, 4, 'the value has ended, but more text follows'],
    ['\ufeff{}', 1, 1, 'a byte order mark may not stand before the value'],
    ['"a\nb"', 1, 3, 'a control character in a string must be written as an escape'],
    ['["open]', 1, 2, 'this string has no closing quote'],
    ['"open\\', 1, 6, 'this escape means nothing; write a backslash twice to mean itself'],
    ['"\\u12 4"', 1, 2, 'this escape means nothing; write a backslash twice to mean itself'],
    ['"a\ud83d"', 1, 3, 'half of a surrogate pair is no character'],
    ['[-]', 1, 2, 'a value is missing'],
    ['[1.]', 1, 4, "a digit is missing after the '.'"],
    ['[1e+]', 1, 5, 'a digit is missing in the exponent'],
    [`[-${'9'.repeat(4301)}]`, 1, 2, 'this whole number has more than 4300 digits'],
  ])('%j', (text, line, column, problem) => {
    const message = `This is not valid JSON: line ${line}, column ${column}: ${problem}.`
    expect(errorOf(text)).toEqual({ line, column, message })
  })

  test('900 levels are read and written, more are refused', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(rewritten(nested(900))).toBe(nested(900))
    expect(errorOf(nested(901)).message).toContain('column 901: more than 900 lists and objects lie within each other')
    expect(errorOf('{"a":'.repeat(100_000)).message).toContain('more than 900')
  })

  test('a long text is read in time that grows with its length', () => {
    const digits = '1'.repeat(5_000_000)
    expect(parsePythonJson(`[0.${digits}, "${digits}"]`)).toEqual([Number(`0.${digits.slice(0, 30)}`), digits])
  })
})

describe('dumpPythonJson', () => {
  test('writes what it reads as itself', () => {
    const { value } = fc.letrec<{ value: PythonJson }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, true, false),
        fc.double(),
        fc.bigInt(),
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
        fc.array(tie('value')),
        fc.array(fc.tuple(fc.string({ unit: 'binary' }), tie('value'))).map((members) => new Map(members)),
      ),
    }))
    fc.assert(
      fc.property(value, (one) => {
        expect(parsePythonJson(dumpPythonJson(one))).toEqual(one)
      }),
    )
  })
})

describe('compareCodePoints', () => {
  test('orders as the lists of code points do', () => {
    const unit = fc.constantFrom('a', 'b', '\ud83d', '\ude00', '\udbff', '\ue000', '\uffff', '😀')
    const codePoints = (text: string) =>
      [...text].map((character) => character.codePointAt(0)?.toString(16).padStart(6, '0'))
    fc.assert(
      fc.property(fc.string({ unit }), fc.string({ unit }), (a, b) => {
        const [x, y] = [codePoints(a).join(), codePoints(b).join()]
        expect(Math.sign(compareCodePoints(a, b))).toBe(x < y ? -1 : x > y ? 1 : 0)
      }),
      { numRuns: 2000 },
    )
  })
})
