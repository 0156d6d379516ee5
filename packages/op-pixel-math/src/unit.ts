import type { Formula } from './formula.js'

/** What a number counts: a unit; '' for a pure number; undefined where it cannot be told. Any, for a number of the expression. */
type Unit = string | undefined | 'any'

const ANY = 'any'

/** Functions whose value has the unit that all their arguments have. */
const KEEPING = new Set(['add', 'subtract', 'min', 'max', 'mod', 'hypot', 'unaryMinus', 'unaryPlus', 'abs'])
const ROUNDING = new Set(['floor', 'ceil', 'round', 'fix'])

/**
 * The unit of what a formula gives, from those of its images (BUNIT); undefined where it has none, or none that is certain.
 *
 * A number of the expression that is added has the unit of what it is added to, and one that is multiplied has none.
 */
export function unitOf(formula: Formula, units: readonly (string | undefined)[]): string | undefined {
  const unit = resultOf(formula, units)
  return unit === ANY || unit === '' ? undefined : unit
}

function resultOf(formula: Formula, units: readonly (string | undefined)[]): Unit {
  if (formula.kind === 'number') return ANY
  // An image that says nothing may count anything.
  if (formula.kind === 'image') return units[formula.index] || undefined
  if (formula.kind === 'statistic') return resultOf(formula.of, units)
  const { name } = formula
  const args = formula.args.map((arg) => resultOf(arg, units))
  if (KEEPING.has(name) || ROUNDING.has(name)) return common(args)
  if (name === 'where') return common(args.slice(1))
  if (name === 'multiply') return product(args)
  return name === 'divide' ? quotient(args) : undefined
}

function common(args: readonly Unit[]): Unit {
  const [first = ANY, ...others] = args.filter((unit) => unit !== ANY)
  if (args.includes(undefined)) return undefined
  return others.every((unit) => unit === first) ? first : undefined
}

function product([first, second]: readonly Unit[]): Unit {
  if (first === ANY || first === '') return second
  return second === ANY || second === '' ? first : undefined
}

function quotient([first, second]: readonly Unit[]): Unit {
  if (second === ANY || second === '') return first
  return first !== undefined && first === second ? '' : undefined
}
