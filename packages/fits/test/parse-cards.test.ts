import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cardOf, parseEntries } from '../src/parse-cards.js'

const parseText = (text: string) => parseEntries(text).map(cardOf)
const parse = (...records: string[]) => parseText(records.map((record) => record.padEnd(80)).join(''))
const firstValue = (record: string) => parse(record)[0]!.value

test.each([
  ["STR     = ''                 / empty", ''],
  ["STR     = '        '", ''],
  ["STR     = 'O''HARA'          / quote", "O'HARA"],
  ["STR     = '  leading  '", '  leading'],
  ["STR     = 'a / slash'        / comment / more", 'a / slash'],
  ['NUM     =                   42', 42],
  ['NUM     = +007', 7],
  ['NUM     =  9223372036854775807', 9223372036854775807n],
  ['NUM     = 12345678901234567890123', 12345678901234567890123n],
  ['NUM     =            1.25D-05 / D', 1.25e-5],
  ['NUM     = .5', 0.5],
  ['NUM     = 12.', 12],
  ['NUM     = -3.0E-10', -3e-10],
  ['LOG     =                    T', true],
  ['LOG     = F', false],
  ['UND     =                      / nothing', null],
  ['CPL     = (1.5, -2.5E2)', { re: 1.5, im: -250 }],
  ['HIERARCH ESO DET OUT1 GAIN = 1.25 / [e/ADU]', 1.25],
  ['FREE    =1', '=1'],
])('reads %s', (record, value) => {
  expect(firstValue(record)).toEqual(value)
})

test('keeps comments', () => {
  expect(parse("S       = 'a / b' / c / d")[0]).toMatchObject({ comment: 'c / d', isCommentary: false })
})

test('says why a value cannot be read', () => {
  expect(parse("BAD     = 'no end")[0]).toMatchObject({ value: null, problem: "no closing quote: 'no end" })
  expect(parse('BAD     = UNKNOWN / c')[0]).toMatchObject({
    value: null,
    comment: 'c',
    problem: 'not a FITS value: UNKNOWN',
  })
})

test('joins continued strings and their comments', () => {
  const cards = parse(
    "S       = 'with ''q'' &' / one",
    "CONTINUE  '''here'' &'",
    "CONTINUE  'end' / two",
    'N       = 1',
  )
  expect(cards).toHaveLength(2)
  expect(cards[0]).toMatchObject({ keyword: 'S', value: "with 'q' 'here' end", comment: 'one two' })
  expect(cards[0]!.records).toHaveLength(3)
})

test('keeps an ampersand that nothing continues, and a CONTINUE that continues nothing', () => {
  expect(firstValue("S       = 'rock & roll &'")).toBe('rock & roll &')
  const [first, orphan] = parse("S       = 'x'", "CONTINUE  'orphan'")
  expect(first!.value).toBe('x')
  expect(orphan).toMatchObject({ keyword: 'CONTINUE', value: "  'orphan'", isCommentary: true })
})

test('at the end of a chain, an ampersand alone is kept, and any other dropped', () => {
  expect(parse("S       = 'rock &'", "CONTINUE  'roll &'", "CONTINUE  '&'")[0]!.value).toBe('rock roll &')
  expect(parse("S       = 'rock &'", "CONTINUE  'roll&'", 'N       = 1')[0]!.value).toBe('rock roll')
  expect(parse("S       = 'rock&'", "CONTINUE  '' / comment")[0]).toMatchObject({ value: 'rock', comment: 'comment' })
})

test('reads commentary from column 9 on, and a HIERARCH without a value as such', () => {
  expect(parse('COMMENT = 1')[0]).toMatchObject({ keyword: 'COMMENT', value: '= 1', isCommentary: true })
  expect(parse('        blank')[0]).toMatchObject({ keyword: '', value: 'blank' })
  expect(parse('HIERARCH NO EQUALS')[0]).toMatchObject({ keyword: 'HIERARCH', value: ' NO EQUALS', isCommentary: true })
})

test('stops at END', () => {
  expect(parse('A       = 1', 'END', 'B       = 2')).toHaveLength(1)
})

test('reads a string of a million characters in linear time', () => {
  const part = 'y'.repeat(66)
  const records = ["S       = 'x&'", ...Array.from({ length: 16_000 }, () => `CONTINUE  '${part}&'`)]
  expect(parse(...records)[0]!.value).toHaveLength(1 + 66 * 16_000)
})

test('what is known of a card before it is read is what the card says', () => {
  const start = fc.constantFrom(
    'HIERARCH',
    'HIERARCH=',
    'CONTINUE',
    'COMMENT ',
    'END',
    'ENDED   ',
    '        ',
    'KEY     ',
  )
  const middle = fc.constantFrom('= ', '=', ' ', " 'a&'", "= 'a&'", "  'b&'", '= 1 / c', ' A B = 2')
  const record = fc
    .tuple(start, middle, fc.string({ maxLength: 20 }))
    .map((parts) => parts.join('').padEnd(80).slice(0, 80))
  fc.assert(
    fc.property(fc.array(record, { maxLength: 8 }), fc.nat(80), (records, cut) => {
      for (const entry of parseEntries(records.join('').slice(0, 80 * records.length - cut))) {
        const { keyword, isCommentary } = cardOf(entry)
        expect([entry.keyword, entry.isCommentary]).toEqual([keyword, isCommentary])
        expect(cardOf(entry)).toBe(cardOf(entry))
      }
    }),
    { seed: 11, numRuns: 2000 },
  )
})
