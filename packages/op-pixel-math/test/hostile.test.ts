import { isDataLabError } from '@datalab/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { calculate } from '../src/index.js'
import { expressions } from './random-expression.js'

const images = [Float64Array.of(1, -2, 0), Float64Array.of(0.5, Number.NaN, 7), Float64Array.of(3, 3, 3)]

type Outcome = { readonly values: Float64Array } | { readonly character: number; readonly message: string }

/** Three values, or an alert that points at a character of the expression or behind it. */
async function outcomeOf(expression: string): Promise<Outcome> {
  try {
    const values = await calculate(expression, images, new Float64Array(3))
    expect(values).toHaveLength(3)
    return { values }
  } catch (error) {
    if (!isDataLabError(error, 'DATALAB_FAILED')) throw error
    const { message, audience, details } = error
    const { character } = details as { character: number }
    expect(audience).toBe('user')
    expect(message.startsWith(`Expression (expression), character ${character}, `)).toBe(true)
    expect(message.length).toBeLessThan(1000)
    expect(character).toBeGreaterThanOrEqual(1)
    expect(character).toBeLessThanOrEqual(expression.length + 1)
    const before = expression.slice(Math.max(0, character - 41), character - 1).replaceAll(/[^ -~]/g, '?')
    expect(message).toContain(`${before}[here]`)
    expect(message).not.toContain('\n')
    return { character, message }
  }
}

const PIECES = [
  ...['a', 'b', 'c', 'd', 'e', 'i', 'x', 'pi', 'NaN', 'true', 'null', 'undefined', 'this', 'end', 'to', 'in', 'mod'],
  ...['constructor', '__proto__', 'prototype', 'toString', 'hasOwnProperty', 'globalThis', 'process', 'require'],
  ...['import', 'eval', 'evaluate', 'parse', 'compile', 'simplify', 'derivative', 'config', 'createUnit', 'typed'],
  ...['median', 'mad', 'std', 'sqrt', 'where', 'isNaN', 'f', 'cm', 'kg', 'Function', 'chain', 'help', 'print'],
  ...['0', '1', '9', '1e308', '1e999', '.5', '1.', '0x10', '0b2', '1e', '1e+', '9^9^9', '170!', '1..2', '1_000'],
  ...['+', '-', '*', '/', '^', '%', '**', '.*', './', '.^', '!', "'", '=', '==', '===', '!=', '<', '>', '<=', '=>'],
  ...['?', ':', '?.', '??', '&', '|', '~', '<<', '>>', '>>>', '^|', '&&', '||', 'and', 'or', 'not', 'xor'],
  ...['(', ')', '[', ']', '{', '}', ',', ';', '.', '"', '`', '$' + '{', '#', '\\', '@', '$', '_', '//', '/*', '->'],
  ...[' ', '\t', '\n', '\r', '\0', '\u00a0', '\u2028', '\ufeff', '\u202e', '\ud800', '\u{1d465}', 'π', 'é', '２', '√'],
]

const scraps = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 25 }).map((parts) => parts.join(''))
const texts = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))
const broken = fc.tuple(expressions, fc.nat(), fc.nat(3), fc.constantFrom(...PIECES)).map(([text, at, cut, piece]) => {
  const place = at % (text.length + 1)
  return text.slice(0, place) + piece + text.slice(place + cut)
})

test('10,000 hostile texts end in values, or in an alert that points at a character', {
  timeout: 120_000,
}, async () => {
  let values = 0
  await fc.assert(
    fc.asyncProperty(fc.oneof(scraps, texts, broken), async (expression) => {
      if ('values' in (await outcomeOf(expression))) values++
    }),
    { seed: 99, numRuns: 10_000 },
  )
  expect(values).toBeGreaterThan(200)
  expect(values).toBeLessThan(9000)
})

describe('nothing but formulas is read', () => {
  test.each([
    ['a.constructor', 2],
    ['a.b', 2],
    ['a["constructor"]', 2],
    ['a[1]', 2],
    ['[1, 2]', 1],
    ['{a: 1}', 1],
    ['"a"', 1],
    ["'a'", 1],
    [`\`$${'{a}'}\``, 1],
    ['x = 3', 3],
    ['f(x) = x', 6],
    ['a; b', 2],
    ['a\nb', 2],
    ['a # b', 3],
    ['a\0', 2],
    ['a!', 2],
    ["a'", 2],
    ['a & b', 3],
    ['a | b', 3],
    ['~a', 1],
    ['a << 2', 4],
    ['a to b', 3],
    ['a in b', 3],
    ['2 in', 3],
    ['a ?? b', 4],
    ['a?.b', 3],
    ['constructor', 1],
    ['__proto__', 1],
    ['a + toString', 5],
    ['hasOwnProperty(a)', 1],
    ['valueOf()', 1],
    ['evaluate(a)', 1],
    ['import(a)', 1],
    ['unit(a)', 1],
    ['5 cm', 3],
    ['a:b', 2],
    ['a:b:c', 2],
    [':a', 1],
    ['null', 1],
    ['undefined', 1],
    ['add(a, b)', 1],
    ['i', 1],
    ['a(b)', 1],
    ['(a)(b) (', 9],
    ['sqrt', 1],
    ['sqrt a', 1],
    ['sqrt()', 1],
    ['sqrt(a, b)', 1],
    ['atan2(a)', 1],
    ['median(a, b)', 1],
    ['median(3)', 1],
    ['a + mean(pi)', 5],
    ['min()', 1],
    ['a + (b', 7],
    ['a + b)', 6],
    ['a +', 4],
    ['a *  ', 4],
    ['* a', 1],
    ['a ** b', 4],
    ['a b % ', 6],
    ['a + 5%', 7],
    ['a ? b', 6],
    ['a > 1 ? : 2', 9],
    ['1.2.3', 4],
    ['1e+', 4],
    ['0x10', 2],
    ['1 2', 3],
    ['', 1],
    ['   ', 1],
    ['π', 1],
    ['a − b', 3],
    ['𝑥', 1],
  ])('%j: character %i', async (expression, character) => {
    expect(await outcomeOf(expression)).toMatchObject({ character })
  })
})

describe('the advice', () => {
  test.each([
    ['a - d', /There is no image 'd'; 3 images are given: a to c\./],
    ['foo(a)', /There is no function 'foo'\. There are: abs, .*, median, mean, std, sum, mad\./],
    ['a = b', /compare by '=='/],
    ['a && b', /Write 'and'\./],
    ['a(2)', /'a' is an image; put a '\*' before the bracket\./],
    ['median(a, b)', /'median' is of all pixels of one image or formula; give it 1 argument, as in median\(a\)\./],
    ['sqrt(a, b)', /'sqrt' takes 1 argument, and 2 are given\./],
    ['a - sky', /There is nothing called 'sky'; 3 images are given: a to c\./],
  ])('for %s', async (expression, message) => {
    expect(await outcomeOf(expression)).toMatchObject({ message: expect.stringMatching(message) })
  })
})

describe('what is large is refused, or done at once', () => {
  const nested = (open: string, close: string, levels: number) => `${open.repeat(levels)}a${close.repeat(levels)}`

  test.each<[string, string]>([
    ['100,000 brackets', nested('(', ')', 100_000)],
    ['900 brackets', nested('(', ')', 900)],
    ['900 brackets that are not closed', '('.repeat(900)],
    ['900 brackets that are not opened', `a${')'.repeat(900)}`],
    ['300 functions', nested('abs(', ')', 300)],
    ['900 powers', nested('2^', '', 900)],
    ['900 conditions', nested('a?a:', '', 450)],
    ['conditions within each other', `${'a?'.repeat(600)}a${':a'.repeat(300)}`],
    ['remainders within each other', nested('(a%', ')', 400)],
    ['comparisons within each other', nested('(a<a<', '<a)', 200)],
    ['60 statistics', Array.from({ length: 60 }, (_, number) => `mean(a+${number})`).join('+')],
    ['a million characters', 'a+'.repeat(500_000)],
  ])('%s', async (_, expression) => {
    expect(await outcomeOf(expression)).toHaveProperty('character')
  })

  test.each<[string, string, number]>([
    ['99 brackets', nested('(', ')', 99), 1],
    ['remainders within each other', nested('(a%', ')', 90), 1],
    ['comparisons within each other', nested('(0<', '<9)', 90), 1],
    ['999 sums', `a${'+a'.repeat(999)}`, 1000],
    ['1,999 signs', `${'-'.repeat(1999)}a`, -1],
    ['600 words', `${'not '.repeat(498)}a`, 1],
    ['300 powers side by side', Array.from({ length: 300 }, () => 'a^2').join('+'), 300],
    ['9^9^9', '9^9^9', Number.POSITIVE_INFINITY],
    ['9^9^9^9^9^9', '0 * a + 1 / 9^9^9^9^9^9', 0],
    ['26 statistics', Array.from({ length: 26 }, (_, number) => `mean(c+${number})`).join('+'), 403],
    ['medians within each other', `${'mad(c-'.repeat(13)}a${')'.repeat(13)}`, 0],
  ])('%s', async (_, expression, first) => {
    const outcome = await outcomeOf(expression)
    expect(outcome).toHaveProperty('values')
    expect(Array.from((outcome as { values: Float64Array }).values)[0]).toBe(first)
  })
})
