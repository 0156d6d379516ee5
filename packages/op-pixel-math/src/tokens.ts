import { expressionError } from './expression-error.js'

/** Longer expressions are refused. */
const MAX_LENGTH = 2000

/** Deeper expressions are refused: brackets, powers and conditions within each other. */
const MAX_DEPTH = 100

/** What an expression consists of. */
export interface Token {
  readonly kind: 'number' | 'name' | 'sign'
  readonly text: string
  /** Its first character in the expression, counted from 0. */
  readonly at: number
}

const SPACE = /[ \t]+/y
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y
const SIGN = /==|!=|<=|>=|[-+*/^%(),<>?:]/y

/** What to write instead of what is no part of a formula. */
const INSTEAD: Readonly<Record<string, string>> = {
  '=': "Nothing can be assigned; compare by '=='.",
  '!': "Write 'not', or != for what differs; there are no factorials.",
  '&': "Write 'and'.",
  '|': "Write 'or', or abs(...) for the absolute value.",
  '.': "A '.' belongs into a number; there are no properties, and every operation is done pixel by pixel.",
  '[': 'There are no lists; put brackets ( ) around parts of the formula.',
  '{': 'There are no objects; put brackets ( ) around parts of the formula.',
  '"': 'There are no texts.',
  "'": 'There are no texts.',
  '`': 'There are no texts.',
  ';': 'Give one formula.',
  '\n': 'Give one formula, on one line.',
  '\r': 'Give one formula, on one line.',
  '#': 'There are no comments.',
}

/**
 * The parts of an expression, of those that a formula may have; all else is refused, before anything interprets it.
 *
 * @throws DATALAB_FAILED for a character that no formula has, for a malformed number, and for expressions that are too long or too deep.
 */
export function readTokens(expression: string): Token[] {
  if (expression.length > MAX_LENGTH)
    throw expressionError(
      expression,
      MAX_LENGTH,
      `The expression has ${expression.length} characters; give at most ${MAX_LENGTH}.`,
    )
  const tokens: Token[] = []
  // A text that was typed may end with a line break.
  const end = expression.trimEnd().length
  for (let at = matched(SPACE, expression, 0).length; at < end; at += matched(SPACE, expression, at).length) {
    const token = tokenAt(expression, at)
    tokens.push(token)
    at += token.text.length
  }
  if (tokens.length === 0) throw expressionError(expression, 0, 'There is no formula; give one, such as a - b.')
  checkDepth(expression, tokens)
  return tokens
}

function tokenAt(expression: string, at: number): Token {
  const sign = matched(SIGN, expression, at)
  if (sign !== '') return { kind: 'sign', text: sign, at }
  const name = matched(NAME, expression, at)
  if (name !== '') return { kind: 'name', text: name, at }
  const number = matched(NUMBER, expression, at)
  if (number === '') throw strayCharacter(expression, at)
  checkNumber(expression, at, number)
  return { kind: 'number', text: number, at }
}

function matched(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

/** What a reader of numbers would take for one with a mistake, or for one of another base. */
function checkNumber(expression: string, at: number, number: string): void {
  const end = at + number.length
  const rest = expression.slice(end, end + 2)
  if (/^[eE][-+]/.test(rest)) throw expressionError(expression, end + 2, 'Digits are missing behind the exponent.')
  if (number === '0' && /^[xob]/i.test(rest))
    throw expressionError(expression, end, "Numbers are decimal; put a '*' before a name.")
  if (rest.startsWith('.')) throw expressionError(expression, end, "A number has one '.' at most.")
}

function strayCharacter(expression: string, at: number): Error {
  const character = String.fromCodePoint(expression.codePointAt(at) ?? 0)
  const isPrintable = character >= ' ' && character <= '~'
  const name = isPrintable ? `'${character}'` : `The character U+${hexOf(character)}`
  const advice =
    INSTEAD[character] ?? 'A formula has names, numbers, + - * / ^ %, comparisons, ? :, commas and brackets ( ).'
  return expressionError(expression, at, `${name} cannot be used here. ${advice}`)
}

function hexOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}

/** Powers of powers, and conditions, that are open within a pair of brackets. */
interface Level {
  powers: number
  conditions: number
}

/** Refuses what would take a reader that calls itself for each level too deep. */
function checkDepth(expression: string, tokens: readonly Token[]): void {
  const levels: Level[] = [{ powers: 0, conditions: 0 }]
  let before: Token | undefined
  for (const token of tokens) {
    const level = levels.at(-1) as Level
    if (token.text === '(') levels.push({ powers: 0, conditions: 0 })
    else if (token.text === ')' && levels.length > 1) levels.pop()
    else if (token.text === '^') level.powers++
    else if (token.text === '?') level.conditions++
    else if (token.text === ',') level.conditions = 0
    // What follows the operands of a power ends it.
    if (token.kind === 'sign' && token.text !== '^' && token.text !== '(' && isOperand(before)) level.powers = 0
    before = token
    const depth = levels.reduce((sum, { powers, conditions }) => sum + 1 + powers + conditions, -1)
    if (depth > MAX_DEPTH)
      throw expressionError(expression, token.at, `The expression is more than ${MAX_DEPTH} levels deep; simplify it.`)
  }
}

function isOperand(token: Token | undefined): boolean {
  return token !== undefined && (token.kind !== 'sign' || token.text === ')')
}
