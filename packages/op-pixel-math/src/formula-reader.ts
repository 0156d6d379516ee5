import type { ConditionalNode, ConstantNode, FunctionNode, MathNode, OperatorNode, ParenthesisNode } from 'mathjs'
import { expressionError } from './expression-error.js'
import { allImagesOf, type Formula } from './formula.js'
import { CALLABLE_FUNCTIONS, type NumberFunction, OPERATOR_FUNCTIONS } from './functions.js'
import { LETTERS } from './letters.js'
import { isStatistic, type StatisticName } from './statistics.js'
import type { Token } from './tokens.js'
import { callOf } from './with-statistics.js'

/** More different statistics than these are refused: each takes memory. */
const MAX_STATISTICS = 26

/** Names of numbers. */
const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ['pi', Math.PI],
  ['PI', Math.PI],
  ['tau', 2 * Math.PI],
  ['e', Math.E],
  ['E', Math.E],
])

/** A comparison in a chain of them, which mathjs's own types leave out. */
interface RelationalNode {
  readonly conditionals: readonly string[]
  readonly params: readonly MathNode[]
}

/**
 * Reads a tree of mathjs, of which it knows only what it allows.
 *
 * The tree does not say where in the expression its nodes are. But in their order they are made of all tokens, one after the other: so each is
 * where the next token is that was not read yet.
 */
export class FormulaReader {
  readonly #statistics = new Map<string, Formula>()
  #next = 0

  /** @param images how many there are */
  constructor(
    private readonly expression: string,
    private readonly tokens: readonly Token[],
    private readonly images: number,
  ) {}

  /**
   * The formula of a tree.
   *
   * @throws DATALAB_FAILED for what is no part of a formula.
   */
  read(node: MathNode): Formula {
    switch (node.type) {
      case 'ConstantNode':
        return this.#constant(node as ConstantNode)
      case 'SymbolNode':
        return this.#named(this.#take())
      case 'ParenthesisNode':
        return this.#inBrackets(node as ParenthesisNode)
      case 'OperatorNode':
        return this.#operator(node as OperatorNode)
      case 'RelationalNode':
        return this.#comparisons(node as unknown as RelationalNode)
      case 'ConditionalNode':
        return this.#condition(node as ConditionalNode)
      case 'FunctionNode':
        return this.#function(node as FunctionNode)
      case 'RangeNode':
        return this.#refuse(
          this.#nextColon(),
          "There are no ranges; a ':' belongs to a condition, as in a > 0 ? a : b.",
        )
      default:
        return this.#refuse(this.#peek(), 'This is no part of a formula.')
    }
  }

  #constant({ value }: ConstantNode): Formula {
    const token = this.#take()
    if (typeof value === 'number') return { kind: 'number', value }
    if (typeof value === 'boolean') return { kind: 'number', value: value ? 1 : 0 }
    return this.#refuse(token, `'${token.text}' is no number.`)
  }

  /** An image comes before a constant of its name, as variables do in mathjs. */
  #named(token: Token): Formula {
    const { text } = token
    const index = text.length === 1 ? LETTERS.indexOf(text) : -1
    if (index >= 0 && index < this.images) return { kind: 'image', index }
    const value = CONSTANTS.get(text)
    if (value !== undefined) return { kind: 'number', value }
    if (CALLABLE_FUNCTIONS.has(text) || isStatistic(text))
      return this.#refuse(token, `'${text}' is a function; write what it is of, as in ${text}(a).`)
    const given =
      this.images === 1
        ? '1 image is given: a'
        : `${this.images} images are given: a ${this.images === 2 ? 'and' : 'to'} ${LETTERS[this.images - 1]}`
    const what = index >= 0 ? `There is no image '${text}'` : `There is nothing called '${text}'`
    return this.#refuse(token, `${what}; ${given}. The constants are pi, tau, e, NaN and Infinity.`)
  }

  #inBrackets({ content }: ParenthesisNode): Formula {
    this.#take()
    const formula = this.read(content)
    this.#take()
    return formula
  }

  #operator({ fn, args, implicit }: OperatorNode): Formula {
    const [first, second] = args as [MathNode, MathNode | undefined]
    if (second === undefined) {
      this.#checkOperator(fn, this.#take())
      return callOf(fn, [this.read(first)])
    }
    const left = this.read(first)
    // In `2 a` there is a product, and no sign of it.
    if (!implicit) this.#checkOperator(fn, this.#take())
    return callOf(fn, [left, this.read(second)])
  }

  #checkOperator(name: string, token: Token): void {
    if (!OPERATOR_FUNCTIONS.has(name))
      this.#refuse(
        token,
        `There is no operator '${token.text}'. There are + - * / ^ %, comparisons, and, or, xor, not and ? :.`,
      )
  }

  /** `a < b < c`: each with the next. */
  #comparisons({ conditionals, params }: RelationalNode): Formula {
    const operands = params.map((param, index) => {
      if (index > 0) this.#take()
      return this.read(param)
    })
    return callOf(conditionals.join(' '), operands)
  }

  #condition({ condition, trueExpr, falseExpr }: ConditionalNode): Formula {
    const parts = [this.read(condition)]
    for (const part of [trueExpr, falseExpr]) {
      this.#take()
      parts.push(this.read(part))
    }
    return callOf('where', parts)
  }

  #function({ args }: FunctionNode): Formula {
    const token = this.#take()
    const name = token.text
    const isOfPixels = isStatistic(name) && args.length === 1
    const known = CALLABLE_FUNCTIONS.get(name)
    if (!isOfPixels) this.#checkFunction(token, known, args.length)
    const given = this.#arguments(args)
    return isOfPixels ? this.#statistic(token, given[0] as Formula) : callOf(name, given)
  }

  /** In brackets, with commas between. */
  #arguments(args: readonly MathNode[]): Formula[] {
    this.#take()
    const formulas = args.map((arg, index) => {
      if (index > 0) this.#take()
      return this.read(arg)
    })
    this.#take()
    return formulas
  }

  #checkFunction(token: Token, known: NumberFunction | undefined, count: number): void {
    const { text } = token
    if (known === undefined) this.#refuseFunction(token)
    if (known !== undefined && (count < known.least || count > known.most)) {
      const wanted = known.least === known.most ? `${known.least}` : `${known.least} to ${known.most}`
      const isOne = wanted === '1'
      this.#refuse(
        token,
        `'${text}' takes ${wanted} argument${isOne ? '' : 's'}, and ${count} ${count === 1 ? 'is' : 'are'} given.`,
      )
    }
  }

  #refuseFunction(token: Token): never {
    const { text } = token
    if (isStatistic(text))
      return this.#refuse(
        token,
        `'${text}' is of all pixels of one image or formula; give it 1 argument, as in ${text}(a).`,
      )
    if (text.length === 1 && LETTERS.indexOf(text) < this.images && LETTERS.includes(text))
      return this.#refuse(token, `'${text}' is an image; put a '*' before the bracket.`)
    const functions = [...new Set([...CALLABLE_FUNCTIONS.keys(), 'median', 'mean', 'std', 'sum', 'mad'])]
    return this.#refuse(token, `There is no function '${text}'. There are: ${functions.join(', ')}.`)
  }

  #statistic(token: Token, of: Formula): Formula {
    const name = token.text
    if (allImagesOf(of).size === 0)
      this.#refuse(token, `'${name}' is of all pixels, and there is no image in its brackets; name one.`)
    // Its brackets have just been read.
    const end = (this.tokens[this.#next - 1] as Token).at + 1
    const text = this.expression.slice(token.at, end)
    if (name !== 'mad') return this.#pixelStatistic(token, name as StatisticName, of, text)
    const median = this.#pixelStatistic(token, 'median', of, `median${text.slice(name.length)}`)
    return this.#pixelStatistic(token, 'median', callOf('abs', [callOf('subtract', [of, median])]), text)
  }

  #pixelStatistic(token: Token, name: StatisticName, of: Formula, text: string): Formula {
    const same = `${name} ${keyOf(of)}`
    const known = this.#statistics.get(same)
    if (known !== undefined) return known
    if (this.#statistics.size === MAX_STATISTICS)
      this.#refuse(token, `There are more than ${MAX_STATISTICS} different statistics; use fewer.`)
    const statistic: Formula = { kind: 'statistic', name, of, text, key: `${this.#statistics.size}` }
    this.#statistics.set(same, statistic)
    return statistic
  }

  #peek(): Token {
    return this.tokens[this.#next] ?? { kind: 'sign', text: '', at: this.expression.length }
  }

  #nextColon(): Token {
    return this.tokens.slice(this.#next).find(({ text }) => text === ':') ?? this.#peek()
  }

  #take(): Token {
    const token = this.#peek()
    this.#next++
    return token
  }

  #refuse({ at }: Token, problem: string): never {
    throw expressionError(this.expression, at, problem)
  }
}

/** A text that is the same for formulas that are the same. */
function keyOf(formula: Formula): string {
  if (formula.kind === 'number') return String(formula.value)
  if (formula.kind === 'image') return LETTERS[formula.index] as string
  if (formula.kind === 'statistic') return `#${formula.key}`
  return `${formula.name}(${formula.args.map(keyOf).join()})`
}
