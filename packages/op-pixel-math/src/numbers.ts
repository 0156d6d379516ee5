// What mathjs does with two numbers, where that is not what JavaScript does. To the last bit, as tests hold it against mathjs.

/** mathjs takes numbers for equal that differ by less than these, relative to the larger one, or absolutely. */
export const RELATIVE_TOLERANCE = 1e-12
export const ABSOLUTE_TOLERANCE = 1e-15

/** Decimals to which mathjs rounds before it rounds. */
const DECIMALS = 12

/** Whether two numbers are equal but for what rounding may have done to them. NaN equals nothing. */
export function isEqual(x: number, y: number): boolean {
  if (x === y) return true
  const largest = Math.max(Math.abs(x), Math.abs(y))
  // An infinity is near nothing else; of NaN nothing is true.
  return (
    largest < Number.POSITIVE_INFINITY && Math.abs(x - y) <= Math.max(RELATIVE_TOLERANCE * largest, ABSOLUTE_TOLERANCE)
  )
}

/** Whether the first number is less, and not equal but for rounding. */
export function isSmaller(x: number, y: number): boolean {
  return x < y && !isEqual(x, y)
}

/** The lower number; NaN where one is. */
export function lowest(x: number, y: number): number {
  if (Number.isNaN(y)) return y
  return isSmaller(y, x) ? y : x
}

/** The higher number; NaN where one is. */
export function highest(x: number, y: number): number {
  if (Number.isNaN(y)) return y
  return isSmaller(x, y) ? y : x
}

/** A power. NaN for roots of negative numbers, which are not real. */
export function power(x: number, y: number): number {
  const square = x * x
  if ((square < 1 && y === Number.POSITIVE_INFINITY) || (square > 1 && y === Number.NEGATIVE_INFINITY)) return 0
  return x < 0 && !Number.isInteger(y) ? Number.NaN : x ** y
}

/** What is left of a division, with the sign of the divisor; the number itself where that is 0. */
export function remainder(x: number, y: number): number {
  return y === 0 ? x : x - y * floor(x / y)
}

/** The nearest whole number; halves go away from 0, and so does what is a half but for rounding. */
export function round(x: number): number {
  // Without the sign, which others of 0 keep.
  if (isEqual(x, 0)) return 0
  const size = Math.abs(x)
  const isNearHalf = Math.abs(size - Math.floor(size) - 0.5) <= 10 * RELATIVE_TOLERANCE * Math.max(1, size)
  const rounded = isNearHalf && size < 2 ** 52 ? Math.round(withoutNoise(size)) : Math.round(size)
  return x < 0 ? -rounded : rounded
}

/** A positive number rounded to 12 decimals of the shortest text that it can be written as, where that is no other number but for rounding. */
function withoutNoise(x: number): number {
  const [whole = '', decimals = ''] = String(x).split('.')
  if (decimals.length <= DECIMALS) return x
  const isUp = (decimals[DECIMALS] as string) >= '5'
  const digits = BigInt(whole + decimals.slice(0, DECIMALS)) + (isUp ? 1n : 0n)
  const text = String(digits).padStart(DECIMALS + 1, '0')
  const rounded = Number(`${text.slice(0, -DECIMALS)}.${text.slice(-DECIMALS)}`)
  return isEqual(x, rounded) ? rounded : x
}

/** The next whole number below; that above, where it is equal but for rounding. */
export function floor(x: number): number {
  return nearby(x, Math.floor(x))
}

/** The next whole number above; that below, where it is equal but for rounding. */
export function ceil(x: number): number {
  return nearby(x, Math.ceil(x))
}

function nearby(x: number, whole: number): number {
  const rounded = round(x)
  return rounded !== whole && isEqual(x, rounded) && !isEqual(x, whole) ? rounded : whole
}

/** The next whole number towards 0. */
export function fix(x: number): number {
  return x > 0 ? floor(x) : ceil(x)
}

/** The root of the sum of squares, without overflows on the way. */
export function hypotenuse(...values: readonly number[]): number {
  let largest = 0
  let sum = 0
  for (const value of values.map(Math.abs)) {
    if (isSmaller(largest, value)) {
      sum = sum * ((largest / value) * (largest / value)) + 1
      largest = value
    } else sum += isSmaller(0, value) ? (value / largest) * (value / largest) : value
  }
  return largest * Math.sqrt(sum)
}
