import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CardValue } from '../src/card-value.js'
import { Header } from '../src/index.js'
import { fixtureBytes } from './support.js'

const text = (header: Header) => Buffer.from(header.format()).toString('latin1')
const records = (header: Header) =>
  text(header)
    .match(/.{80}/g)!
    .map((record) => record.trimEnd())

test('reads a header that astropy wrote', () => {
  const header = Header.parse(fixtureBytes('header.fits'))
  expect(header.get('OBJECT')).toBe("O'Hara's nebula")
  expect(header.card('object')!.comment).toBe("with 'quotes'")
  expect(header.getString('LONG')).toBe("A long string, with 'quotes' && ampersands, ".repeat(6).trimEnd())
  expect(header.get('ESO DET OUT1 GAIN')).toBe(1.25)
  expect(header.get('hierarch eso det out1 gain')).toBe(1.25)
  expect(header.getBoolean('lower Case')).toBe(true)
  expect(header.getNumber('FLOAT')).toBe(1e-7)
  expect(header.get('COMPLEX')).toEqual({ re: 1.5, im: -2.5 })
  expect(header.get('BIG')).toBe(12345678901234567890n)
  expect(header.getInteger('BIG')).toBeUndefined()
  expect(header.getNumber('BIG')).toBe(Number(12345678901234567890n))
  expect(header.get('UNDEF')).toBeNull()
  expect(header.get('NOT_THERE')).toBeUndefined()
  expect(header.getAll('HISTORY')).toEqual(['h'.repeat(72), 'h'.repeat(28)])
  expect(header.getAll('DUP')).toEqual([1, 2])
})

test('writes back verbatim what it read', () => {
  const bytes = fixtureBytes('header.fits')
  const formatted = Header.parse(bytes).format()
  expect(Buffer.from(formatted).equals(Buffer.from(bytes.subarray(0, formatted.length)))).toBe(true)
})

test('keywords that are names of Object.prototype are plain data', () => {
  const header = new Header().set('__PROTO__', 1)
  expect(header.has('TOSTRING')).toBe(false)
  expect(header.has('constructor')).toBe(false)
  expect(header.get('__proto__')).toBe(1)
})

test('editing gives another header', () => {
  const first = new Header().append('A', 1, 'one').append('B', 2).append('A', 3)
  const second = first.set('a', 5).delete('b').set('C', 'x')
  expect(first.length).toBe(3)
  expect([...second].map(({ keyword, value, comment }) => [keyword, value, comment])).toEqual([
    ['A', 5, 'one'],
    ['C', 'x', ''],
  ])
})

test('formats in fixed format', () => {
  const header = new Header()
    .set('LOGIC', true, 'yes')
    .set('INT', -42)
    .set('FLOAT', 1e-7)
    .set('HUGE', 1e300)
    .set('STR', "it's", 'c')
    .set('CPLX', { re: 1, im: -0.5 })
    .set('NONE', null, 'undefined')
    .set('ESO LONG name', 1.5)
  expect(records(header).slice(0, 9)).toEqual([
    'LOGIC   =                    T / yes',
    'INT     =                  -42',
    'FLOAT   =               1.0E-7',
    'HUGE    =             1.0E+300',
    "STR     = 'it''s   '           / c",
    'CPLX    =            (1, -0.5)',
    'NONE    =                      / undefined',
    'HIERARCH ESO LONG name = 1.5',
    'END',
  ])
})

test('takes HIERARCH before a keyword, and commentary by append', () => {
  const header = new Header().set('HIERARCH eso x', 1).append('history', 'done')
  expect(records(header).slice(0, 2)).toEqual(['HIERARCH eso x = 1', 'HISTORY done'])
  expect(() => header.set('HISTORY', 'x')).toThrow(TypeError)
})

test('wraps history at 72 characters and at line breaks', () => {
  const header = new Header().addHistory(`${'a'.repeat(80)}\nsecond`).addComment('note')
  expect(header.getAll('HISTORY')).toEqual(['a'.repeat(72), 'a'.repeat(8), 'second'])
  expect(Header.parse(header.format()).getAll('COMMENT')).toEqual(['note'])
})

test('replaces what FITS cannot hold', () => {
  const header = new Header().set('NAME', 'Ångström\n\u{1f600}', 'µm')
  expect(Header.parse(header.format()).get('NAME')).toBe('?ngstr?m??')
  expect(() => new Header().set('X', Number.NaN).format()).toThrow(TypeError)
  expect(() => new Header().set('A=B', 1).format()).toThrow(TypeError)
  expect(() => new Header().set('END', 1).format()).toThrow(TypeError)
  for (const value of [undefined, {}, new Date(0), Symbol('x'), () => 1]) {
    expect(() => new Header().set('X', value as never)).toThrow('X: a FITS header holds strings, numbers')
  }
})

test('writes cards that are not conformant as conformant ones', () => {
  const raw = ['LOWER   = 1.5e3', 'BARE    = unquoted text', 'low     = 1'].map((card) => card.padEnd(80)).join('')
  expect(records(Header.parse(Buffer.from(`${raw}END`))).slice(0, 3)).toEqual([
    'LOWER   =                 1500',
    "BARE    = 'unquoted text'",
    'HIERARCH low = 1',
  ])
})

test.each([['y'], ["'"], ["y''"], ['y &'], ['&&'], ["&'"]])(
  'a long string that ends in %s, with a long comment: the last record is not empty, and all reads back',
  (end) => {
    for (let length = 60; length < 210; length++) {
      const header = new Header().set('A', 'y'.repeat(length) + end, 'c'.repeat(60))
      const lines = records(header)
      expect(Header.parse(header.format()).get('A')).toBe(header.get('A'))
      expect(lines.filter((line) => line.startsWith("CONTINUE  '' "))).toEqual([])
      if (lines[1]!.startsWith('CONTINUE')) expect(Header.parse(header.format()).cards[0]!.comment).toBe('c'.repeat(60))
    }
  },
)

const printable = (max: number) =>
  fc.string({ maxLength: max, unit: fc.integer({ min: 32, max: 126 }).map((c) => String.fromCharCode(c)) })
const values: fc.Arbitrary<CardValue> = fc.oneof(
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  printable(300).map((value) => value.trimEnd()),
  fc.string({ maxLength: 200, unit: fc.constantFrom("'", '&', 'a', ' ') }).map((value) => value.replace(/[ ]+$/, '')),
  fc.constant(null),
)
const keywords = fc.oneof(
  fc.stringMatching(/^[A-Z][A-Z0-9_-]{0,7}$/),
  fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,8} [A-Z][a-z0-9]{0,8}$/),
)

test('a card reads back as it was written', () => {
  const reserved = new Set(['END', 'COMMENT', 'HISTORY', 'CONTINUE', 'HIERARCH'])
  fc.assert(
    fc.property(
      keywords.filter((keyword) => !reserved.has(keyword)),
      values,
      printable(20),
      (keyword, value, comment) => {
        const bytes = new Header().set(keyword, value, comment.trim()).append('NEXT', 1).format()
        expect(bytes.length % 2880).toBe(0)
        const header = Header.parse(bytes)
        const card = header.cards[0]!
        expect(card.problem).toBeUndefined()
        expect(card.keyword).toBe(keyword)
        expect(card.value).toEqual(value)
        expect(header.length).toBe(2)
        if (typeof value !== 'string') expect(comment.trim().startsWith(card.comment)).toBe(true)
      },
    ),
    { seed: 1, numRuns: 1000 },
  )
})

test('writes a card from a file that FITS cannot hold as commentary', () => {
  const raw = ['K\xe9Y     = 1', 'END     = 5', ' LEAD   = 2', 'X       = 1E999 / \xe9']
    .map((card) => card.padEnd(80))
    .join('')
  const header = Header.parse(Buffer.from(raw, 'latin1'))
  expect(header.length).toBe(4)
  expect(Header.parse(header.format()).getAll('COMMENT')[0]).toBe('K?Y     = 1')
  expect(Header.parse(header.format()).getAll('COMMENT')).toHaveLength(4)
})

test('whatever the bytes, parsing never throws and formatting gives whole records', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const header = Header.parse(bytes)
      expect(header.format().length % 2880).toBe(0)
    }),
    { seed: 2, numRuns: 500 },
  )
})

test('wrong arguments are named, and are TypeErrors', () => {
  const header = new Header().set('A', 1)
  const wrong: [() => unknown, string][] = [
    [() => header.get(undefined as never), 'undefined is no keyword; give a string'],
    [() => header.has(5 as never), '5 is no keyword'],
    [() => header.set(null as never, 1), 'null is no keyword'],
    [() => new Header(null as never), 'null is no list of cards'],
    [() => new Header('A = 1' as never), '"A = 1" is no list of cards; of bytes, Header.parse makes a header'],
    [() => Header.parse('A = 1' as never), '"A = 1" is no bytes'],
  ]
  for (const [work, message] of wrong) {
    expect(work).toThrow(TypeError)
    expect(work).toThrow(expect.objectContaining({ code: 'FITS_ARGUMENT', message: expect.stringContaining(message) }))
  }
})

test('as text a header is its records, line by line', () => {
  const header = Header.parse(fixtureBytes('header.fits'))
  const lines = String(header).split('\n')
  expect(lines[0]).toBe('SIMPLE  =                    T / conforms to FITS standard')
  expect(lines.every((line) => line.length <= 80)).toBe(true)
  expect(Header.parse(Buffer.from(lines.map((line) => line.padEnd(80)).join(''))).cards).toEqual(header.cards)
  expect(`${new Header().set('A', 1).addComment('b')}`).toBe('A       =                    1\nCOMMENT b')
})

test('a card that is asked for is the one among all', () => {
  const header = Header.parse(
    Buffer.from(['A       = 1', 'B       = 2', 'COMMENT x'].map((line) => line.padEnd(80)).join('')),
  )
  const second = header.card('B')
  expect(header).toHaveLength(3)
  expect(header.cards[1]).toBe(second)
  expect(header.cards).toBe(header.cards)
  expect([...header]).toEqual(header.cards)
})
