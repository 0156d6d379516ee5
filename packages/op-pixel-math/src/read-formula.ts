import { isDataLabError } from '@datalab/core'
import { expressionError } from './expression-error.js'
import type { Formula } from './formula.js'
import { FormulaReader } from './formula-reader.js'
import { readTokens, type Token } from './tokens.js'

/**
 * What an expression says, as a formula of images, numbers and known functions, and nothing else.
 *
 * mathjs parses it; then its tree is held against a list of what may be there. Loads the parser when first called.
 *
 * @param images how many images are given: a, b, c and so on
 * @throws DATALAB_FAILED, pointing at the character (`details.character`), for all that is no formula of these images.
 * @example await readFormula('(a - median(b)) / c', 3)
 */
export async function readFormula(expression: string, images: number): Promise<Formula> {
  const tokens = readTokens(expression)
  const { parseTree } = await import('./mathjs-parser.js')
  const source = sourceOf(tokens)
  try {
    return new FormulaReader(expression, tokens, images).read(parseTree(source.text))
  } catch (error) {
    if (isDataLabError(error)) throw error
    throw expressionError(expression, source.placeOf(error, expression), sentenceOf(error))
  }
}

/** What mathjs is given to parse, and where a fault of it is in the expression. */
interface ParserSource {
  readonly text: string
  placeOf(error: unknown, expression: string): number
}

/**
 * `%` is given as `mod`: for `%` mathjs tries two ways, one within the other, which takes twice as long for each level; and it means percent as
 * well, as in `a + 5%`, which is none of the operators here.
 */
function sourceOf(tokens: readonly Token[]): ParserSource {
  const starts: number[] = []
  let text = ''
  for (const token of tokens) {
    starts.push(text.length)
    text += `${token.text === '%' ? 'mod' : token.text} `
  }
  const placeOf = (error: unknown, expression: string) => {
    const { char } = error as { char?: number }
    const index = starts.findLastIndex((start) => start < (char ?? 1))
    const isAtEnd = char !== undefined && char > text.trimEnd().length
    return isAtEnd ? expression.trimEnd().length : (tokens[index]?.at ?? 0)
  }
  return { text, placeOf }
}

function sentenceOf(error: unknown): string {
  if (error instanceof RangeError) return 'The expression is too deep; simplify it.'
  const message = error instanceof Error ? error.message.replace(/ \(char \d+\)$/, '') : 'This is no formula'
  return `${message}.`
}
