import type { Header } from './header.js'

/** Seconds, by the names that FITS has for units of time (FITS 4.0, sections 4.3 and 9.3), and some others that are written. */
const SECONDS: ReadonlyMap<string, number> = new Map([
  ...spelled(1e-6, 'us'),
  ...spelled(1e-3, 'ms'),
  ...spelled(60, 'min', 'minutes'),
  ...spelled(3600, 'h', 'hours'),
  ...spelled(86_400, 'd', 'day', 'days'),
  ...spelled(31_557_600, 'a', 'yr'),
  ...spelled(3_155_760_000, 'cy'),
])

/** The durations that are in TIMEUNIT. */
const STANDARD = ['XPOSURE', 'TELAPSE']

/** The seconds of one unit of a duration: by its comment, `[d] time on source`, or by TIMEUNIT where the standard says so; as a rule 1. */
export function unitOf(header: Header, keyword: string): number {
  const comment = /^\s*\[\s*([a-z]+)\s*\]/i.exec(header.card(keyword)?.comment ?? '')?.[1]
  const general = STANDARD.includes(keyword) ? header.getString('TIMEUNIT') : undefined
  return SECONDS.get((comment ?? general)?.trim() ?? 's') ?? 1
}

function spelled(seconds: number, ...names: string[]): [string, number][] {
  return names.map((name) => [name, seconds])
}
