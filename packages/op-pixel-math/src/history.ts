import type { FileReference } from '@datalab/core'
import { LETTERS } from './letters.js'

/** The sentences of a result's HISTORY: the expression, what its images are, and what its statistics were found to be. */
export function historyOf(
  expression: string,
  files: readonly FileReference[],
  statistics: readonly { readonly text: string; readonly value: number }[],
): string[] {
  return [
    `Each pixel is ${expression.trim()}`,
    ...files.map(({ basename }, index) => `${LETTERS[index]} = ${printable(basename)}`),
    ...statistics.map(({ text, value }) => `${text} = ${value}`),
  ]
}

/** As headers take it: other characters than those of ASCII by their codes. */
function printable(text: string): string {
  return text.replaceAll(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
