import { ClientAlertError } from '@datalab/core'

/** Characters that are shown before and behind the one that an alert points at. */
const BEFORE = 40
const BEHIND = 30

/**
 * A client alert that points at a character of an expression: by its number, counted from 1 (`details.character`), and by a caret below it.
 *
 * @param at the character, counted from 0; the length of the expression for its end
 * @param problem a sentence that says what is wrong there, and what to do
 */
export function expressionError(expression: string, at: number, problem: string): ClientAlertError {
  const character = Math.max(0, Math.min(at, expression.length)) + 1
  return new ClientAlertError(
    `Expression (expression), character ${character}: ${problem}\n${pointer(expression, character - 1)}`,
    { details: { character } },
  )
}

/** The expression, or as much of it as fits a line, with a caret below a character. */
function pointer(expression: string, at: number): string {
  const from = Math.max(0, at - BEFORE)
  const to = at + BEHIND
  const [left, right] = [from > 0 ? '...' : '', to < expression.length ? '...' : '']
  // Whatever might move the caret from where it belongs is shown as a question mark.
  const text = expression.slice(from, to).replaceAll(/[^ -~]/g, '?')
  return `${left}${text}${right}\n${' '.repeat(left.length + at - from)}^`
}
