import { usageError } from './command-error.js'

/**
 * The value of a JSON text.
 *
 * @param label what the text is called in the error
 * @throws CommandError that says where the text ceases to be JSON, and what should be there.
 */
export function parseJson(text: string, label: string): unknown {
  const plain = text.replace(/^\ufeff/, '')
  try {
    return JSON.parse(plain)
  } catch (cause) {
    const { index, expected } = jsonFault(plain) ?? { index: plain.length, expected: 'JSON' }
    const lines = plain.slice(0, index).split('\n')
    const place = `line ${lines.length}, column ${lines.at(-1)!.length + 1}`
    const found = index < plain.length ? `there is ${JSON.stringify(plain[index])}` : 'the text ends'
    throw usageError(`${label} is not JSON at ${place}: ${expected} should be there, and ${found}.`, cause)
  }
}

const SPACE = /[ \t\r\n]*/y
const PLAIN = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has none in its strings
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})[^"\\\u0000-\u001f]*)*"/y

/** What may come next, in words. */
const EXPECTED = {
  value: 'a value',
  firstItem: "a value or ']'",
  name: 'a name in double quotes',
  firstName: "a name in double quotes or '}'",
  colon: "':'",
  separator: "',' or the end of the list or object",
  end: 'nothing more',
} as const
type Expected = keyof typeof EXPECTED

/** Where a text ceases to be JSON, and what should be there; undefined for JSON. */
export function jsonFault(text: string): { index: number; expected: string } | undefined {
  const open: string[] = []
  let expected: Expected = 'value'
  for (let index = end(SPACE, text, 0); ; index = end(SPACE, text, index)) {
    if (index === text.length && expected === 'end') return undefined
    const token = tokenAt(text, index)
    const next: Expected | undefined = token === '' ? undefined : after(token, expected, open)
    if (next === undefined) return { index, expected: EXPECTED[expected] }
    expected = next
    index += token.length
  }
}

/** What may come after the token; undefined where it should not be there. `open` holds the brackets that are open. */
function after(token: string, expected: Expected, open: string[]): Expected | undefined {
  const isString = token.length > 1 && token.startsWith('"')
  switch (expected) {
    case 'value':
      return afterValue(token, open)
    case 'firstItem':
      return afterEnd(token, open) ?? afterValue(token, open)
    case 'name':
      return isString ? 'colon' : undefined
    case 'firstName':
      return afterEnd(token, open) ?? (isString ? 'colon' : undefined)
    case 'colon':
      return token === ':' ? 'value' : undefined
    case 'separator':
      if (token === ',') return open.at(-1) === '{' ? 'name' : 'value'
      return afterEnd(token, open)
    case 'end':
      return undefined
  }
}

function afterValue(token: string, open: string[]): Expected | undefined {
  if (token === '{' || token === '[') {
    open.push(token)
    return token === '{' ? 'firstName' : 'firstItem'
  }
  if (end(STRING, token, 0) + end(PLAIN, token, 0) === 0) return undefined
  return open.length === 0 ? 'end' : 'separator'
}

function afterEnd(token: string, open: string[]): Expected | undefined {
  if (token !== (open.at(-1) === '{' ? '}' : ']')) return undefined
  open.pop()
  return open.length === 0 ? 'end' : 'separator'
}

/** A string, a number, a word, or one character; '' at the end of the text. */
function tokenAt(text: string, index: number): string {
  const last = Math.max(end(STRING, text, index), end(PLAIN, text, index))
  return last > index ? text.slice(index, last) : text.slice(index, index + 1)
}

/** Where the match that begins at `index` ends; `index` without one. */
function end(pattern: RegExp, text: string, index: number): number {
  pattern.lastIndex = index
  return pattern.test(text) ? pattern.lastIndex : index
}
