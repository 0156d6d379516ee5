import type { CardValue } from './card-value.js'
import type { Header } from './header.js'
import { secondsAfter, startOf, timeOf } from './observation-time.js'
import { unitOf } from './time-unit.js'

/** What a header says of how its image was exposed. What it does not say is undefined. */
export interface Exposure {
  /** Seconds that its values are the light of. */
  readonly seconds: number | undefined
  /** Seconds that went into it, where it is combined of several. */
  readonly total: number | undefined
  /** Milliseconds since 1970. */
  readonly start: number | undefined
  readonly middle: number | undefined
  readonly end: number | undefined
  /** The start as the header has it, by keywords. */
  readonly dates: ReadonlyMap<string, CardValue>
  /** Images that went into it. */
  readonly images: number
  readonly filter: string | undefined
  /** Numbers by their keywords: those of `NUMBERS` that it has; durations in seconds. */
  readonly numbers: ReadonlyMap<string, number>
  /** What is true of several only where all say it, as text by its keyword. */
  readonly common: ReadonlyMap<string, string>
}

/** How long it was exposed, by all its names: the first that a header has counts. */
export const EXPOSURES = ['EXPTIME', 'EXPOSURE', 'XPOSURE'] as const

/** Other times that add up: for which a shutter was open, a detector gathered dark current or events. */
export const DURATIONS = ['DARKTIME', 'ITIME', 'ELAPTIME', 'ONTIME', 'LIVETIME'] as const

const TIMES: readonly string[] = [...EXPOSURES, ...DURATIONS]

/** Numbers that a combined image has of its own. */
const NUMBERS = [...TIMES, 'GAIN', 'EGAIN', 'RDNOISE', 'SATURATE', 'MAXLIN', 'AIRMASS']

/** What is said of the moment of one exposure, or of a wheel of its filters. */
export const COMMON =
  'TIME-OBS TIME-END UTC-OBS UTSTART UTSTOP UT UTC LST ST HA JD JD-OBS HJD BJD MJD AMSTART AMEND DATE-MID MJD-MID TSTART TSTOP FILTER1 FILTER2 FILTER3'.split(
    ' ',
  )

const DATES = ['DATE-OBS', 'MJD-OBS', 'DATE-BEG', 'MJD-BEG']

export function exposureOf(header: Header): Exposure {
  const seconds = EXPOSURES.map((keyword) => secondsOf(header, keyword)).find((number) => number !== undefined)
  const start = startOf(header)
  const after = (part: number) =>
    start === undefined || seconds === undefined ? undefined : secondsAfter(start, seconds * part)
  return {
    seconds,
    total: secondsOf(header, 'TEXPTIME') ?? seconds,
    start,
    middle: timeOf(header, 'AVG') ?? after(1 / 2),
    end: timeOf(header, 'END') ?? after(1),
    dates: new Map(DATES.flatMap((keyword) => entry(keyword, kept(header.get(keyword))))),
    images: imagesIn(header),
    filter: textOf(header, 'FILTER')?.trim(),
    numbers: new Map(NUMBERS.flatMap((keyword) => entry(keyword, numberOf(header, keyword)))),
    common: new Map(COMMON.flatMap((keyword) => entry(keyword, textOf(header, keyword)))),
  }
}

function numberOf(header: Header, keyword: string): number | undefined {
  return TIMES.includes(keyword) ? secondsOf(header, keyword) : header.getNumber(keyword)
}

/** A duration. None is negative (FITS 4.0, section 9.7): some write -1 for one that they do not know. */
function secondsOf(header: Header, keyword: string): number | undefined {
  const value = header.getNumber(keyword)
  return value !== undefined && value >= 0 ? value * unitOf(header, keyword) : undefined
}

function imagesIn(header: Header): number {
  const count = header.getInteger('NCOMBINE')
  return count !== undefined && count > 0 ? count : 1
}

function textOf(header: Header, keyword: string): string | undefined {
  const value = header.get(keyword) ?? undefined
  return value === undefined ? undefined : kept(String(value))
}

/** The same, but for a text in memory of its own: one that was cut out of a header keeps all of that. */
function kept<Value extends CardValue | undefined>(value: Value): Value {
  return typeof value === 'string' ? (Buffer.from(value, 'latin1').toString('latin1') as Value) : value
}

function entry<Value>(keyword: string, value: Value | undefined): [string, Value][] {
  return value === undefined ? [] : [[keyword, value]]
}
