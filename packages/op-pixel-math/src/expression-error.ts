import { ClientAlertError } from '@datalab/core'

/** Characters that are shown before and behind the one that an alert points at. */
const BEFORE = 40
const BEHIND = 30

/** What points at a character, in one line since many front ends show no more. No formula has such brackets. */
const POINTER = '[here]'

/**
 * A client alert that points at a character of an expression: by its number, counted from 1 (`details.character`), and in the expression itself.
 *
 * @param at the character, counted from 0; the length of the expression for its end
 * @param problem a sentence that says what is wrong there, and what to do
 */
export function expressionError(expression: string, at: number, problem: string): ClientAlertError {
  const place = Math.max(0, Math.min(at, expression.length))
  const character = place + 1
  return new ClientAlertError(
    `Expression (expression), character ${character}, ${shown(expression, place)}: ${problem}`,
    { details: { character } },
  )
}

/** As much of the expression as fits a line. */
function shown(expression: string, at: number): string {
  const [from, to] = [Math.max(0, at - BEFORE), at + BEHIND]
  const before = printable(expression.slice(from, at))
  const behind = printable(expression.slice(at, to))
  return `${from > 0 ? '...' : ''}${before}${POINTER}${behind}${to < expression.length ? '...' : ''}`
}

/** Each character that may be shown in an odd way, as a question mark. */
function printable(text: string): string {
  return text.replaceAll(/[^ -~]/g, '?')
}
