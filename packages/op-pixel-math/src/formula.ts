import type { StatisticName } from './statistics.js'

/** A formula that was checked: all that is left of an expression. */
export type Formula = NumberPart | ImagePart | CallPart | StatisticPart

/** A number, the same for every pixel. */
interface NumberPart {
  readonly kind: 'number'
  readonly value: number
}

/** The pixel of an image, counted from 0. */
interface ImagePart {
  readonly kind: 'image'
  readonly index: number
}

/** A function of what other formulas give for the pixel. */
export interface CallPart {
  readonly kind: 'call'
  /** As `functionNamed` knows it. */
  readonly name: string
  readonly args: readonly Formula[]
}

/** A number that is learnt from all pixels of a formula. */
export interface StatisticPart {
  readonly kind: 'statistic'
  readonly name: StatisticName
  readonly of: Formula
  /** As the expression has it. */
  readonly text: string
  /** Equal for statistics that are the same number. */
  readonly key: string
}

/** The parts that a formula is directly made of. */
export function partsOf(formula: Formula): readonly Formula[] {
  if (formula.kind === 'call') return formula.args
  return formula.kind === 'statistic' ? [formula.of] : []
}

/** The images that a formula reads pixel by pixel, in their order; those that only statistics are made of are not among them. */
export function imagesOf(formula: Formula): number[] {
  const found = new Set<number>()
  const visit = (part: Formula) => {
    if (part.kind === 'image') found.add(part.index)
    if (part.kind === 'call') part.args.forEach(visit)
  }
  visit(formula)
  return [...found].sort((a, b) => a - b)
}

/** The image whose header the result has: the first that a formula reads pixel by pixel, else one of its statistics, else the first. */
export function leadOf(formula: Formula): number {
  const [first = 0] = [...imagesOf(formula), ...allImagesOf(formula)]
  return first
}

/** All images that anything in a formula is made of. */
export function allImagesOf(formula: Formula): Set<number> {
  if (formula.kind === 'image') return new Set([formula.index])
  return new Set(partsOf(formula).flatMap((part) => [...allImagesOf(part)]))
}
