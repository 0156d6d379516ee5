import type { Header } from './header.js'

/** Seconds, by the names that FITS has for units of time (FITS 4.0, tables 4 and 33) and some of those that are written. */
const SECONDS: Readonly<Record<string, number>> = {
  ...{ ms: 0.001, min: 60, minutes: 60, h: 3600, hours: 3600, d: 86_400, day: 86_400, days: 86_400 },
  ...{ a: 31_557_600, yr: 31_557_600, cy: 3_155_760_000 },
}

/** The durations that are in TIMEUNIT. */
const STANDARD = ['XPOSURE', 'TELAPSE']

/** The seconds of one unit of a duration: by its comment, `[d] time on source`, or by TIMEUNIT where the standard says so; as a rule 1. */
export function unitOf(header: Header, keyword: string): number {
  const comment = /^\s*\[\s*([a-z]+)\s*\]/i.exec(header.card(keyword)?.comment ?? '')?.[1]
  const general = STANDARD.includes(keyword) ? header.getString('TIMEUNIT') : undefined
  return SECONDS[(comment ?? general)?.trim() ?? 's'] ?? 1
}
