import {
  ceil,
  fix,
  floor,
  highest,
  hypotenuse,
  isEqual,
  isSmaller,
  lowest,
  power,
  remainder,
  round,
} from './numbers.js'

/** A function of numbers. */
export interface NumberFunction {
  /** How many arguments it takes. */
  readonly least: number
  readonly most: number
  /** Its value; 1 and 0 for what is true and false. */
  readonly of: (...args: number[]) => number
}

/** The most arguments of functions that take any number of them. */
const MANY = 26

const one = (of: (x: number) => number): NumberFunction => ({ least: 1, most: 1, of })
const two = (of: (x: number, y: number) => number): NumberFunction => ({ least: 2, most: 2, of })
const isSo = (test: (x: number, y: number) => boolean): NumberFunction => two((x, y) => (test(x, y) ? 1 : 0))

/** What a number means as a condition: 0 and NaN are false. */
const truth = (x: number) => x !== 0 && !Number.isNaN(x)

/** What operators stand for, by the names that mathjs gives them: an expression cannot call them by these. */
const OPERATORS = {
  add: two((x, y) => x + y),
  subtract: two((x, y) => x - y),
  multiply: two((x, y) => x * y),
  divide: two((x, y) => x / y),
  unaryMinus: one((x) => -x),
  unaryPlus: one((x) => x),
  equal: isSo(isEqual),
  unequal: isSo((x, y) => !isEqual(x, y)),
  smaller: isSo(isSmaller),
  larger: isSo((x, y) => isSmaller(y, x)),
  smallerEq: isSo((x, y) => x <= y || isEqual(x, y)),
  largerEq: isSo((x, y) => x >= y || isEqual(x, y)),
  and: isSo((x, y) => truth(x) && truth(y)),
  or: isSo((x, y) => truth(x) || truth(y)),
  xor: isSo((x, y) => truth(x) !== truth(y)),
  not: one((x) => (truth(x) ? 0 : 1)),
} satisfies Record<string, NumberFunction>

/** What an expression can call for each pixel. Real numbers alone: what has no real value is NaN. */
const CALLABLE = {
  abs: one(Math.abs),
  sign: one(Math.sign),
  sqrt: one(Math.sqrt),
  cbrt: one(Math.cbrt),
  square: one((x) => x * x),
  cube: one((x) => x * x * x),
  pow: two(power),
  exp: one(Math.exp),
  expm1: one(Math.expm1),
  log: { least: 1, most: 2, of: (x, base) => (base === undefined ? Math.log(x) : Math.log(x) / Math.log(base)) },
  log1p: one(Math.log1p),
  log2: one(Math.log2),
  log10: one(Math.log10),
  mod: two(remainder),
  floor: one(floor),
  ceil: one(ceil),
  round: one(round),
  fix: one(fix),
  hypot: { least: 1, most: MANY, of: hypotenuse },
  min: { least: 2, most: MANY, of: (...args) => args.reduce(lowest) },
  max: { least: 2, most: MANY, of: (...args) => args.reduce(highest) },
  sin: one(Math.sin),
  cos: one(Math.cos),
  tan: one(Math.tan),
  asin: one(Math.asin),
  acos: one(Math.acos),
  atan: one(Math.atan),
  atan2: two(Math.atan2),
  sinh: one(Math.sinh),
  cosh: one(Math.cosh),
  tanh: one(Math.tanh),
  asinh: one(Math.asinh),
  acosh: one(Math.acosh),
  atanh: one(Math.atanh),
  isNaN: one((x) => (Number.isNaN(x) ? 1 : 0)),
  where: { least: 3, most: 3, of: (condition, x, y) => (truth(condition as number) ? x : y) as number },
} satisfies Record<string, NumberFunction>

const FUNCTIONS: ReadonlyMap<string, NumberFunction> = new Map(Object.entries({ ...OPERATORS, ...CALLABLE }))

/**
 * The function of a name; names of comparisons with blanks between are a chain of them, as in `a < b <= c`, which is true where each is.
 *
 * @throws TypeError when there is none.
 */
export function functionNamed(name: string): NumberFunction {
  const known = FUNCTIONS.get(name)
  if (known !== undefined) return known
  const tests = name.split(' ')
  if (tests.length === 1) throw new TypeError(`There is no function ${name}.`)
  const pairs = tests.map((test) => functionNamed(test).of)
  const isTrue = (args: readonly number[]) => pairs.every((of, i) => of(args[i] as number, args[i + 1] as number) === 1)
  return { least: tests.length + 1, most: tests.length + 1, of: (...args) => (isTrue(args) ? 1 : 0) }
}

/** The functions that an expression can call. */
export const CALLABLE_FUNCTIONS: ReadonlyMap<string, NumberFunction> = new Map(Object.entries(CALLABLE))

/** The operators that an expression can have, by the names that mathjs gives them. */
export const OPERATOR_FUNCTIONS: ReadonlySet<string> = new Set([...Object.keys(OPERATORS), 'pow', 'mod'])
