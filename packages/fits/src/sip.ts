import { invalid } from './errors.js'
import type { Header } from './header.js'

/** An offset from the reference pixel. */
export type Offset = readonly [u: number, v: number]

/** The terms of one polynomial: coefficient, and the powers of u and v. */
type Terms = readonly (readonly [coefficient: number, p: number, q: number])[]

/** The largest order that the convention allows. */
const MAX_ORDER = 9

/** Pixels to which the inverse is found, and steps that it may take. */
const PRECISION = 1e-9
const MAX_STEPS = 50

/**
 * The distortion of an image by the SIP convention: polynomials that move pixels before the linear part of the world coordinates.
 *
 * Source: D. L. Shupe et al. 2005, ASP Conf. Ser. 347, 491.
 */
export class Sip {
  readonly #a: Terms
  readonly #b: Terms
  readonly #ap: Terms
  readonly #bp: Terms

  private constructor(header: Header, order: readonly [a: number, b: number]) {
    this.#a = termsOf(header, 'A', order[0])
    this.#b = termsOf(header, 'B', order[1])
    this.#ap = termsOf(header, 'AP', orderOf(header, 'AP') ?? 0)
    this.#bp = termsOf(header, 'BP', orderOf(header, 'BP') ?? 0)
  }

  /**
   * The distortion that a header describes: undefined where A_ORDER and B_ORDER are not above 1, and, as astropy has it, where B_ORDER is not.
   *
   * @throws FITS_INVALID when there is only one of them, A_ORDER is not above 1, but B_ORDER is, or an order is out of range.
   */
  static of(header: Header): Sip | undefined {
    const [a = 0, b] = [orderOf(header, 'A'), orderOf(header, 'B')]
    if ((b ?? 0) <= 1 && (a <= 1 || b !== undefined)) return undefined
    if (a <= 1 || b === undefined)
      throw invalid('the SIP distortion has one of A_ORDER and B_ORDER only, or the first is not above 1', {
        keyword: 'A_ORDER',
      })
    return new Sip(header, [a, b])
  }

  /** Where a pixel would be without distortion. */
  undistorted([u, v]: Offset): Offset {
    return [u + sumOf(this.#a, u, v), v + sumOf(this.#b, u, v)]
  }

  /**
   * The pixel that is undistorted here, to a billionth of a pixel: by Newton's method, from where the header's inverse polynomials say.
   *
   * Undefined where there is none, or it cannot be told, far from the image.
   */
  distorted([x, y]: Offset): Offset | undefined {
    let u = x + sumOf(this.#ap, x, y)
    let v = y + sumOf(this.#bp, x, y)
    for (let step = 0; step < MAX_STEPS; step++) {
      const [x1, y1] = this.undistorted([u, v])
      const [dx, dy] = [x - x1, y - y1]
      if (Math.abs(dx) < PRECISION && Math.abs(dy) < PRECISION) return [u, v]
      const [xu, xv] = slopesOf(this.#a, u, v)
      const [yu, yv] = slopesOf(this.#b, u, v)
      const determinant = (1 + xu) * (1 + yv) - xv * yu
      u += ((1 + yv) * dx - xv * dy) / determinant
      v += ((1 + xu) * dy - yu * dx) / determinant
      if (!Number.isFinite(u + v)) return undefined
    }
    return undefined
  }
}

function orderOf(header: Header, name: string): number | undefined {
  const order = header.getNumber(`${name}_ORDER`)
  if (order === undefined || (Number.isInteger(order) && order >= 0 && order <= MAX_ORDER)) return order
  throw invalid(`${name}_ORDER is ${order}, but must be an integer from 0 to ${MAX_ORDER}`, {
    keyword: `${name}_ORDER`,
  })
}

function termsOf(header: Header, name: string, order: number): Terms {
  const terms: [number, number, number][] = []
  for (let p = 0; p <= order; p++) {
    for (let q = 0; q <= order - p; q++) {
      const coefficient = header.getNumber(`${name}_${p}_${q}`) ?? 0
      if (coefficient !== 0) terms.push([coefficient, p, q])
    }
  }
  return terms
}

function sumOf(terms: Terms, u: number, v: number): number {
  let sum = 0
  for (const [coefficient, p, q] of terms) sum += coefficient * u ** p * v ** q
  return sum
}

/** By how much the sum rises with u and with v. */
function slopesOf(terms: Terms, u: number, v: number): [number, number] {
  let [byU, byV] = [0, 0]
  for (const [coefficient, p, q] of terms) {
    if (p > 0) byU += coefficient * p * u ** (p - 1) * v ** q
    if (q > 0) byV += coefficient * q * u ** p * v ** (q - 1)
  }
  return [byU, byV]
}
