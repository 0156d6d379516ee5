import type { CardValue } from './card-value.js'
import { COMMON, DURATIONS, EXPOSURES, type Exposure, exposureOf } from './exposure.js'
import type { FrameSize } from './frame.js'
import type { Header } from './header.js'
import { formatTime, hasTime, mjdOf } from './observation-time.js'
import { type SkyGrid, skyDrift, skyGridOf } from './sky-drift.js'
import { withoutSky } from './sky-keywords.js'
import { unitOf } from './time-unit.js'

/** What became of the values of each pixel; what clips outliers is a mean. */
export type Combination = 'sum' | 'mean' | 'median'

/** What is known of the images that are combined. */
export interface CombinedHeaderOptions {
  /** Whether they are laid on the first by their world coordinates, which then stay true; false by default: pixel by pixel. */
  readonly isAligned?: boolean
}

/** A header for a combined image, and what of it is no longer said. */
export interface CombinedCards {
  readonly header: Header
  /** Sentences for HISTORY. */
  readonly history: readonly string[]
}

/** Images whose pixels are less than this apart, in pixels, show one place of the sky. */
const ALIGNED = 0.5

/**
 * The header of an image that several were combined to: that of the first, with what they have in common, and without what is true of none.
 *
 * | keyword | sum | mean | median |
 * |---|---|---|---|
 * | EXPTIME, EXPOSURE, XPOSURE, DARKTIME and the like | sum | mean | mean |
 * | TEXPTIME | | sum | sum |
 * | NCOMBINE | images that went in, those of images combined before as well | | |
 * | DATE-OBS, MJD-OBS, DATE-BEG | those of the first to begin | | |
 * | DATE-END, MJD-END | the latest end | | |
 * | TELAPSE | from the one to the other | | |
 * | DATE-AVG, MJD-AVG | the mean of the middles, weighed by the exposures | | |
 * | GAIN (EGAIN where there is one) | the same | N times | 2 N / 3 times |
 * | RDNOISE, in electrons | root of the sum of squares | the same | root of 2/3 of that |
 * | SATURATE, MAXLIN | sum | least | least |
 * | AIRMASS | mean, weighed by the exposures | | |
 * | FILTER | as it is; of several, all, with + between | | |
 * | UTSTART, TIME-OBS, LST, HA, FILTER1 and the like | where all are equal | | |
 * | world coordinates | where all are equal to half a pixel | | |
 *
 * What an image does not say is said of the result neither. Durations stay in their unit. Values that differ are those that IRAF's documents and photometry's guides have for
 * combined images: P. Massey, L. E. Davis 1992, A User's Guide to Stellar CCD Photometry with IRAF.
 *
 * @example
 * const combined = new CombinedHeader('sum')
 * for (const frame of frames) combined.add(frame)
 * const { header, history } = combined.cards()
 */
export class CombinedHeader {
  readonly #exposures: Exposure[] = []
  #first: { readonly header: Header; readonly sky: SkyGrid } | undefined
  #drift = 0

  constructor(
    private readonly combination: Combination,
    private readonly options: CombinedHeaderOptions = {},
  ) {}

  /** Adds an image, in the order of the inputs: of all but the first, only a few numbers are kept. */
  add(frame: FrameSize & { readonly header: Header }): void {
    this.#exposures.push(exposureOf(frame.header))
    const sky = skyGridOf(frame)
    if (this.#first === undefined) this.#first = { header: frame.header, sky }
    else this.#drift = Math.max(this.#drift, skyDrift(this.#first.sky, sky))
  }

  /**
   * How far, in pixels, the same pixel of the first and another image shows different places of the sky, at most; Infinity where that cannot be
   * told of one of them.
   */
  get drift(): number {
    return this.#drift
  }

  /**
   * The header of the result.
   *
   * @throws TypeError when no image was added.
   */
  cards(): CombinedCards {
    if (this.#first === undefined) throw new TypeError('No image was added, so there is nothing to combine.')
    const history: string[] = []
    const edits = [this.#withExposure, this.#withDates, this.#withNoise, this.#withFilter, this.#withSky]
    const header = edits.reduce((result, edit) => edit.call(this, result, history), this.#first.header)
    return { header, history }
  }

  #withExposure(header: Header): Header {
    const { combination } = this
    const isSum = combination === 'sum'
    const seconds = this.#known((exposure) => exposure.seconds)
    const total = sumOf(this.#known((exposure) => exposure.total))
    const images = this.#exposures.reduce((sum, exposure) => sum + exposure.images, 0)
    const taken = (values: number[] | undefined) => (isSum ? sumOf(values) : meanOf(values))
    let exposed = header
    // Some have one name for it, and some another.
    for (const keyword of EXPOSURES) exposed = lasting(exposed, keyword, taken(this.#numbers(keyword) ?? seconds))
    for (const keyword of DURATIONS) exposed = lasting(exposed, keyword, taken(this.#numbers(keyword)))
    const isOne = isSum && total === sumOf(seconds)
    return withValue(exposed, 'TEXPTIME', isOne ? undefined : total, '[s] exposures of all images together').set(
      'NCOMBINE',
      images,
      'images that were combined',
    )
  }

  #withDates(header: Header): Header {
    const starts = this.#known(({ start }) => start)
    const ends = this.#known(({ end }) => end)
    const [start, end] = [starts && Math.min(...starts), ends && Math.max(...ends)]
    let result = header
    for (const keyword of ['DATE-OBS', 'MJD-OBS', 'DATE-BEG', 'MJD-BEG'])
      result = replaced(result, keyword, this.#beginning(keyword, start))
    for (const keyword of COMMON) if (!this.#isShared(keyword)) result = result.delete(keyword)
    const elapsed = start === undefined || end === undefined ? undefined : (end - start) / 1000
    result = withTime(lasting(result, 'TELAPSE', elapsed), 'END', end, 'end of the last exposure')
    return withTime(
      result,
      'AVG',
      this.#average(({ middle }) => middle),
      'mean of the exposures',
    )
  }

  /** What the image that began first says of that, at this time; where no times are known, the first of the days that all tell. */
  #beginning(keyword: string, start: number | undefined): CardValue | undefined {
    const values = this.#exposures.map(({ dates }) => dates.get(keyword))
    if (start === undefined) return firstOf(values)
    const value = values[this.#exposures.findIndex((exposure) => exposure.start === start)]
    if (typeof value === 'number' || (typeof value === 'string' && hasTime(value))) return value
    return keyword.startsWith('MJD') ? mjdOf(start) : formatTime(start)
  }

  /** Where values are averaged, each unit of them is that of more electrons. */
  #withNoise(header: Header): Header {
    const { combination } = this
    const isSum = combination === 'sum'
    const gain = header.has('EGAIN') ? 'EGAIN' : 'GAIN'
    const squares = sumOf(this.#numbers('RDNOISE')?.map((noise) => noise ** 2))
    const share = this.#isMedian() ? 2 / 3 : 1
    let result = replaced(header, gain, this.#gain(gain))
    result = replaced(result, 'RDNOISE', squares && rounded(Math.sqrt(squares * share)))
    for (const keyword of ['SATURATE', 'MAXLIN']) {
      const levels = this.#numbers(keyword)
      result = replaced(result, keyword, isSum ? sumOf(levels) : levels && Math.min(...levels))
    }
    const airmass = this.#average(({ numbers }) => numbers.get('AIRMASS'))
    return replaced(result, 'AIRMASS', airmass === undefined ? undefined : rounded(airmass))
  }

  /** The electrons of a unit of the result: their variances add up. */
  #gain(keyword: string): number | undefined {
    const gains = this.#numbers(keyword)
    if (gains === undefined || gains.some((gain) => !(gain > 0))) return undefined
    const [first = 1] = gains
    const isOne = gains.every((gain) => gain === first)
    const mean = isOne ? first : gains.length / gains.reduce((sum, gain) => sum + 1 / gain, 0)
    const factor = this.combination === 'sum' ? 1 : gains.length * (this.#isMedian() ? 2 / 3 : 1)
    return rounded(mean * factor)
  }

  /** The median of two is their mean. */
  #isMedian(): boolean {
    return this.combination === 'median' && this.#exposures.length > 2
  }

  #withFilter(header: Header, history: string[]): Header {
    const filters = new Set(this.#exposures.map(({ filter }) => filter))
    if (filters.size === 1) return header
    const known = [...filters].filter((filter) => filter !== undefined && filter !== '')
    history.push(`The images are of several filters: ${[...filters].map((filter) => filter || 'none').join(', ')}.`)
    return withValue(header, 'FILTER', known.length === 0 ? undefined : known.join('+'))
  }

  #withSky(header: Header, history: string[]): Header {
    if (this.options.isAligned || this.#drift <= ALIGNED) return header
    history.push(
      Number.isFinite(this.#drift)
        ? `The images lie up to ${this.#drift.toFixed(1)} pixels apart in the sky: the world coordinates of the first are not kept.`
        : 'Not all images have world coordinates that can be compared: those of the first are not kept.',
    )
    return withoutSky(header)
  }

  /** Whether all images say the same. */
  #isShared(keyword: string): boolean {
    return new Set(this.#exposures.map(({ common }) => common.get(keyword))).size === 1
  }

  #numbers(keyword: string): number[] | undefined {
    return this.#known(({ numbers }) => numbers.get(keyword))
  }

  /** A number of each image; undefined where one of them does not say it. */
  #known(read: (exposure: Exposure) => number | undefined): number[] | undefined {
    const values = this.#exposures.map(read)
    return values.every((value) => value !== undefined) ? values : undefined
  }

  /** The mean of a number, weighed by the exposures; where these are all 0, as of biases, or not known, not weighed. */
  #average(read: (exposure: Exposure) => number | undefined): number | undefined {
    const values = this.#known(read)
    const weights = this.#known(({ total }) => total)
    const total = sumOf(weights) ?? 0
    if (values === undefined || weights === undefined || !(total > 0)) return meanOf(values)
    // From the first on, so that nothing of a date is lost.
    const [first = 0] = values
    return first + values.reduce((sum, value, i) => sum + (value - first) * (weights[i] ?? 0), 0) / total
  }
}

const DAY = /^\d{4}-\d\d-\d\d/

/** The value that all share, else the first of days; undefined where one is neither. */
function firstOf(values: readonly (CardValue | undefined)[]): CardValue | undefined {
  if (new Set(values).size === 1) return values[0]
  return values.every((value) => typeof value === 'string' && DAY.test(value)) ? values.toSorted()[0] : undefined
}

function sumOf(values: readonly number[] | undefined): number | undefined {
  return values && rounded(values.reduce((sum, value) => sum + value, 0))
}

function meanOf(values: readonly number[] | undefined): number | undefined {
  const [first] = values ?? []
  if (values === undefined || first === undefined) return undefined
  return first + values.reduce((sum, value) => sum + (value - first), 0) / values.length
}

/** Without what binary fractions leave behind: 0.1 + 0.2 is 0.3. */
function rounded(value: number): number {
  return Number(value.toPrecision(14))
}

/** A header with another value where it had one; without it, where that is not known. */
function replaced(header: Header, keyword: string, value: unknown): Header {
  return header.has(keyword) ? withValue(header, keyword, value) : header
}

/** The same for a duration, in seconds, in the unit that the header has it in. */
function lasting(header: Header, keyword: string, seconds: number | undefined): Header {
  const unit = unitOf(header, keyword)
  return replaced(header, keyword, seconds === undefined || unit === 1 ? seconds : rounded(seconds / unit))
}

function withValue(header: Header, keyword: string, value: unknown, comment?: string): Header {
  const isValue = typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))
  return isValue ? header.set(keyword, value, comment) : header.delete(keyword)
}

function withTime(header: Header, name: 'END' | 'AVG', time: number | undefined, what: string): Header {
  if (time === undefined || !Number.isFinite(time)) return header.delete(`DATE-${name}`).delete(`MJD-${name}`)
  return header.set(`DATE-${name}`, formatTime(time), what).set(`MJD-${name}`, mjdOf(time), `[d] ${what}`)
}
