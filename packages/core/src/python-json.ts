import { DataLabError } from './errors.js'

/**
 * A value as Python's `json` module reads it. A `bigint` is Python's int and a `number` its float, since `15` and `15.0` are written
 * differently again; an object is a Map, so that no name of a member means anything special. Strings may hold halves of surrogate pairs.
 */
export type PythonJson =
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly PythonJson[]
  | ReadonlyMap<string, PythonJson>

/** Levels of lists and objects that are read. Python's own bound depends on its version and on what called it; it is about 1000. */
const MAX_DEPTH = 900

/** Digits that Python turns into an int: https://docs.python.org/3/library/stdtypes.html#integer-string-conversion-length-limitation */
const MAX_INT_DIGITS = 4300

const WORDS = /null|true|false|NaN|-?Infinity/y

const WORD_VALUES: ReadonlyMap<string, null | boolean | number> = new Map<string, null | boolean | number>([
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])

const ESCAPED: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

/**
 * Reads a text as Python's `json.loads` does (https://docs.python.org/3/library/json.html), which departs from RFC 8259: `NaN`, `Infinity`
 * and `-Infinity` are numbers, a float that is too large is infinite, and of members of one name the last counts.
 *
 * @throws DATALAB_INPUT_INVALID, with `details.line` and `details.column` (in characters, from 1), for what Python refuses too, and for
 * more than 900 levels of lists and objects. A text that is not well-formed UTF-16 is refused because no UTF-8 carries it.
 * @example dumpPythonJson(parsePythonJson('{"b": 15.0, "a": 1e16}')) // '{"a": 1e+16, "b": 15.0}'
 */
export function parsePythonJson(text: string): PythonJson {
  return new Parser(text).document()
}

class Parser {
  #at = 0

  constructor(private readonly text: string) {}

  document(): PythonJson {
    const broken = /\p{Surrogate}/u.exec(this.text)
    if (broken !== null) throw this.#error('half of a surrogate pair is no character', broken.index)
    if (this.text.startsWith('\ufeff')) throw this.#error('a byte order mark may not stand before the value')
    const value = this.#value(0)
    this.#skipSpace()
    if (this.#at < this.text.length) throw this.#error('the value has ended, but more text follows')
    return value
  }

  #value(depth: number): PythonJson {
    this.#skipSpace()
    const first = this.text[this.#at]
    if (first === '"') return this.#string()
    if (first !== '{' && first !== '[') {
      const word = this.#word()
      return word === undefined ? this.#number() : word
    }
    if (depth >= MAX_DEPTH) throw this.#error(`more than ${MAX_DEPTH} lists and objects lie within each other`)
    this.#at++
    return first === '{' ? this.#object(depth + 1) : this.#list(depth + 1)
  }

  #object(depth: number): ReadonlyMap<string, PythonJson> {
    const members = new Map<string, PythonJson>()
    if (this.#take('}')) return members
    do {
      this.#skipSpace()
      if (this.text[this.#at] !== '"') throw this.#error('the name of a member, in double quotes, is missing')
      const name = this.#string()
      if (!this.#take(':')) throw this.#error("a ':' is missing")
      members.set(name, this.#value(depth))
    } while (this.#take(','))
    if (!this.#take('}')) throw this.#error("a ',' or '}' is missing")
    return members
  }

  #list(depth: number): readonly PythonJson[] {
    const items: PythonJson[] = []
    if (this.#take(']')) return items
    do items.push(this.#value(depth))
    while (this.#take(','))
    if (!this.#take(']')) throw this.#error("a ',' or ']' is missing")
    return items
  }

  #string(): string {
    const start = this.#at++
    let from = this.#at
    let value = ''
    while (this.#at < this.text.length) {
      const code = this.text.charCodeAt(this.#at)
      if (code < 0x20) throw this.#error('a control character in a string must be written as an escape')
      if (code === 0x22) return value + this.text.slice(from, this.#at++)
      if (code === 0x5c) {
        value += this.text.slice(from, this.#at) + this.#escape()
        from = this.#at
      } else this.#at++
    }
    throw this.#error('this string has no closing quote', start)
  }

  /** What an escape stands for. Two that make a surrogate pair are one character by standing beside each other. */
  #escape(): string {
    const letter = this.text.charAt(this.#at + 1)
    const hex = this.text.slice(this.#at + 2, this.#at + 6)
    const value =
      letter === 'u' && /^[0-9a-f]{4}$/i.test(hex) ? String.fromCharCode(Number.parseInt(hex, 16)) : ESCAPED.get(letter)
    if (value === undefined) throw this.#error('this escape means nothing; write a backslash twice to mean itself')
    this.#at += letter === 'u' ? 6 : 2
    return value
  }

  #word(): null | boolean | number | undefined {
    WORDS.lastIndex = this.#at
    const word = WORDS.exec(this.text)?.[0]
    if (word === undefined) return undefined
    this.#at += word.length
    return WORD_VALUES.get(word)
  }

  #number(): bigint | number {
    const start = this.#at
    if (this.text[this.#at] === '-') this.#at++
    const first = this.#at
    if (this.text[this.#at] === '0') this.#at++
    else this.#digits('a value is missing', start)
    const whole = this.#at
    if (this.text[this.#at] === '.') {
      this.#at++
      this.#digits("a digit is missing after the '.'")
    }
    if (/[eE]/.test(this.text.charAt(this.#at))) {
      this.#at += /[-+]/.test(this.text.charAt(this.#at + 1)) ? 2 : 1
      this.#digits('a digit is missing in the exponent')
    }
    const number = this.text.slice(start, this.#at)
    if (this.#at > whole) return Number(number)
    if (whole - first > MAX_INT_DIGITS)
      throw this.#error(`this whole number has more than ${MAX_INT_DIGITS} digits`, start)
    return BigInt(number)
  }

  /** By hand, since a regular expression keeps a way back for each digit, and runs out of room for it. */
  #digits(problem: string, at?: number): void {
    const start = this.#at
    while (isDigit(this.text.charCodeAt(this.#at))) this.#at++
    if (this.#at === start) throw this.#error(problem, at)
  }

  #take(mark: string): boolean {
    this.#skipSpace()
    if (this.text[this.#at] !== mark) return false
    this.#at++
    return true
  }

  #skipSpace(): void {
    while (isSpace(this.text.charCodeAt(this.#at))) this.#at++
  }

  #error(problem: string, at = this.#at): DataLabError {
    const lines = this.text.slice(0, at).split('\n')
    const line = lines.length
    const column = [...(lines.at(-1) ?? '')].length + 1
    const message = `This is not valid JSON: line ${line}, column ${column}: ${problem}.`
    return new DataLabError('DATALAB_INPUT_INVALID', message, {
      audience: 'user',
      details: { issues: [{ pointer: '', message }], line, column },
    })
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

/** The text that Python's `json.dumps(value, sort_keys=True)` writes: ASCII, `, ` and `: ` between, members in order of code points. */
export function dumpPythonJson(value: PythonJson): string {
  if (typeof value === 'string') return dumpString(value)
  if (typeof value === 'number') return dumpFloat(value)
  if (value === null || typeof value !== 'object') return String(value)
  if (!(value instanceof Map)) return `[${(value as readonly PythonJson[]).map(dumpPythonJson).join(', ')}]`
  const members: [string, PythonJson][] = [...value].sort(([a], [b]) => compareCodePoints(a, b))
  return `{${members.map(([name, member]) => `${dumpString(name)}: ${dumpPythonJson(member)}`).join(', ')}}`
}

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map(
  [...ESCAPED].flatMap(([letter, character]) => (letter === '/' ? [] : [[character, `\\${letter}`]])),
)

function dumpString(text: string): string {
  return `"${text.replace(/[^ !#-[\]-~]/g, escaped)}"`
}

function escaped(unit: string): string {
  return SHORT_ESCAPES.get(unit) ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** The digits are the fewest that read back as the same float, in both languages; they differ in when and how an exponent is written. */
function dumpFloat(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const size = Math.abs(value)
  const [digits, exponent] = size.toExponential().split('e') as [string, string]
  const power = Number(exponent)
  if (power < -4 || power >= 16)
    return `${sign}${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  return `${sign}${size}${Number.isInteger(size) ? '.0' : ''}`
}

/**
 * Compares texts by code points, as Python orders them; negative when `a` comes first. JavaScript's own order is that of UTF-16 units, which
 * puts characters beyond U+FFFF before those from U+E000.
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  let at = 0
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++
  if (at === length) return a.length - b.length
  // A unit that is the second half of a pair belongs to the code point before it.
  if (at > 0 && (isPair(a, at - 1) || isPair(b, at - 1))) at--
  return codePointAt(a, at) - codePointAt(b, at)
}

function isPair(text: string, at: number): boolean {
  return codePointAt(text, at) > 0xffff
}

function codePointAt(text: string, at: number): number {
  return text.codePointAt(at) as number
}
