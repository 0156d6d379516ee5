import { type Formula, partsOf, type StatisticPart } from './formula.js'
import { functionNamed } from './functions.js'

/** What statistics have been found to be, by their keys. */
export type StatisticValues = ReadonlyMap<string, number>

/** A formula with numbers for the statistics that are known. What is of numbers alone becomes one. */
export function withStatistics(formula: Formula, values: StatisticValues): Formula {
  if (formula.kind === 'statistic') {
    const value = values.get(formula.key)
    return value === undefined ? formula : { kind: 'number', value }
  }
  return formula.kind === 'call'
    ? callOf(
        formula.name,
        formula.args.map((arg) => withStatistics(arg, values)),
      )
    : formula
}

/** A function of formulas; its value, where they are numbers. */
export function callOf(name: string, args: readonly Formula[]): Formula {
  const values = args.flatMap((arg) => (arg.kind === 'number' ? [arg.value] : []))
  if (values.length < args.length) return { kind: 'call', name, args }
  return { kind: 'number', value: functionNamed(name).of(...values) }
}

/** The statistics that can be found next, since all those within them are known; each once. */
export function nextStatistics(formula: Formula, values: StatisticValues): StatisticPart[] {
  const found = new Map<string, StatisticPart>()
  const seen = new Set<Formula>()
  const visit = (part: Formula) => {
    if (seen.has(part)) return
    seen.add(part)
    if (part.kind === 'statistic' && values.has(part.key)) return
    partsOf(part).forEach(visit)
    if (part.kind === 'statistic' && !hasUnknown(part.of, values)) found.set(part.key, part)
  }
  visit(formula)
  return [...found.values()]
}

function hasUnknown(formula: Formula, values: StatisticValues): boolean {
  if (formula.kind === 'statistic') return !values.has(formula.key)
  return partsOf(formula).some((part) => hasUnknown(part, values))
}
