import type { FileReference } from '@datalab/core'
import { LETTERS } from './letters.js'

/**
 * The sentences of a result's HISTORY: the expression, what its images are, and what its statistics were found to be.
 *
 * @param lead the image whose header the result has
 */
export function historyOf(
  expression: string,
  files: readonly FileReference[],
  statistics: readonly { readonly text: string; readonly value: number }[],
  lead: number,
): string[] {
  return [
    `Each pixel is ${expression.trim()}`,
    ...files.map(({ basename }, index) => `${LETTERS[index]} = ${printable(basename)}`),
    ...statistics.map(({ text, value }) => `${text} = ${value}`),
    // What a formula does to an exposure or a gain nobody can tell: a may be light, b a flat, or both may be.
    `Exposure, time, gain and noise in this header are those of ${LETTERS[lead]}`,
  ]
}

/** As headers take it: other characters than those of ASCII by their codes. */
function printable(text: string): string {
  return text.replaceAll(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
