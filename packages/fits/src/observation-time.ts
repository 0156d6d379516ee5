import type { Header } from './header.js'

const DAY = 86_400_000

/** Milliseconds of 1970-01-01 in the Modified Julian Date. */
const EPOCH_MJD = 40_587

// Some writers leave out the seconds.
const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d*)?))?Z?$/
const CLOCK = /^(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d*)?))?$/

/** A day as files of the last century have it (FITS 4.0, section 4.4.2.1). */
const OLD_DAY = /^(\d\d)\/(\d\d)\/(\d\d)$/

/** Keywords of the time of day, for headers whose DATE-OBS has none. */
const CLOCKS = ['TIME-OBS', 'UTSTART', 'UT', 'UTC']

/**
 * When an observation began, in milliseconds since 1970: by DATE-OBS, with TIME-OBS and the like where that has no time of day, else by MJD-OBS.
 * Undefined where no time of day is known.
 */
export function startOf(header: Header): number | undefined {
  const date = header.getString('DATE-OBS')?.trim() ?? ''
  const [day = ''] = date.replace(OLD_DAY, '19$3-$2-$1').split(/[T ]/)
  const clock = CLOCKS.map((keyword) => header.getString(keyword)?.trim()).find((text) => CLOCK.test(text ?? ''))
  const time = hasTime(date) ? parsed(date) : clock === undefined ? undefined : parsed(`${day}T${padded(clock)}`)
  return time ?? timeOfMjd(header.getNumber('MJD-OBS'))
}

/** The time that a keyword such as DATE-END gives, or else its Modified Julian Date, MJD-END. */
export function timeOf(header: Header, name: 'END' | 'AVG'): number | undefined {
  const date = header.getString(`DATE-${name}`)?.trim() ?? ''
  return (hasTime(date) ? parsed(date) : undefined) ?? timeOfMjd(header.getNumber(`MJD-${name}`))
}

/** A time as FITS writes it, to a millisecond: `2024-07-18T21:30:00.000`. */
export function formatTime(time: number): string {
  return new Date(Math.round(time)).toISOString().slice(0, -1)
}

/** The Modified Julian Date of a time, to the millisecond that `formatTime` writes. */
export function mjdOf(time: number): number {
  return Number((EPOCH_MJD + Math.round(time) / DAY).toFixed(8))
}

/** The time so many seconds later; undefined where files can tell of none. */
export function secondsAfter(time: number, seconds: number): number | undefined {
  const later = time + seconds * 1000
  return isDate(later) ? later : undefined
}

/** Whether a date has a time of day: some writers have a blank for the T. */
export function hasTime(date: string): boolean {
  return /\d[T ]\d/.test(date)
}

function timeOfMjd(mjd: number | undefined): number | undefined {
  const time = mjd === undefined ? undefined : (mjd - EPOCH_MJD) * DAY
  return time !== undefined && isDate(time) ? time : undefined
}

/** Undefined for a day or a time of day that there is not; a minute may have a leap second. */
function parsed(text: string): number | undefined {
  const [match, ...parts] = DATE_TIME.exec(text) ?? []
  if (match === undefined) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map((part = '0') => Number(part))
  const midnight = new Date(Date.UTC(year, month - 1, day))
  const isDay = midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === day
  if (!isDay || hour > 23 || minute > 59 || second >= 61) return undefined
  const time = midnight.getTime() + ((hour * 60 + minute) * 60 + second) * 1000
  return isDate(time) ? time : undefined
}

function padded(clock: string): string {
  return clock.length > 1 && clock[1] === ':' ? `0${clock}` : clock
}

/** Whether it is a date of four digits, as files have them. */
function isDate(time: number): boolean {
  return time > Date.UTC(1000, 0) && time < Date.UTC(9999, 11, 31)
}
