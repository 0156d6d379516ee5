/** `CCYY-MM-DD`, with five digits behind a sign, too, and the time of day where it is told. */
const ISO = /^((?:[+-]\d)?\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.\d*)?)?$/

/** `DD/MM/YY`, of the years from 1900 to 1999: what FITS had before. */
const OLD = /^(\d\d)\/(\d\d)\/(\d\d)$/

/** Whether the text is a date as FITS has it, with or without a time (FITS 4.0, section 9.1.1). */
export function isFitsDate(text: string): boolean {
  const date = text.trimEnd()
  const iso = ISO.exec(date)
  if (iso) {
    const [year, month, day, hours = 0, minutes = 0, seconds = 0] = iso.slice(1).map((part) => Number(part ?? 0))
    // There may be a leap second.
    return isDay(year!, month!, day!) && hours < 24 && minutes < 60 && seconds < 61
  }
  const old = OLD.exec(date)
  return old !== null && isDay(1900 + Number(old[3]), Number(old[2]), Number(old[1]))
}

function isDay(year: number, month: number, day: number): boolean {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  return days !== undefined && day >= 1 && day <= days
}
