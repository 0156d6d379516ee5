import { serializeError } from './errors.js'
import type { Logger, LogMethod } from './logger.js'

const REDACTED = '[redacted]'

/** Names of members, headers and parameters whose values are secrets. */
const SECRET =
  /token|secret|passw(?:or)?d|passphrase|signature|^sig$|credential|authorization|cookie|api[-_]?key|access[-_]?key|private[-_]?key|^x-amz-/i

/** A parameter of a URL or a form, wherever it stands. */
const PARAMETER = /(^|[^\w.-])([\w.-]+)=([^&;\s"'<>)]+)/g
/** User and password before a host. */
const USER_INFO = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"'<>]+@/gi
/** The value of an Authorization header. */
const AUTHORIZATION = /\b(Bearer|Basic|Token|AWS4-HMAC-SHA256|Digest|Negotiate)\s+[\w+/=.~:-]{8,}(?:,\s*\w+=[^\s,]+)*/g
/** A member of JSON, and a header or setting on its own. */
const MEMBER = /"([\w.-]+)"(\s*:\s*)"(?:[^"\\]|\\.)*"/g
const SETTING = /\b([\w.-]+):(\s+)(?!Bearer |Basic |Token |AWS4-HMAC-SHA256 |Digest |Negotiate )(\S+)/g
/** Access key ids of AWS. */
const ACCESS_KEY = /\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g

/** Deeper than this nothing is looked at, nor shown. */
const MAX_DEPTH = 10

/** A text without the secrets that can be told by their form: credentials in URLs, what signs them, Authorization headers, access keys. */
export function redactText(text: string): string {
  return text
    .replace(USER_INFO, `$1${REDACTED}@`)
    .replace(PARAMETER, (whole, before, name) => (SECRET.test(name) ? `${before}${name}=${REDACTED}` : whole))
    .replace(MEMBER, (whole, name, colon) => (SECRET.test(name) ? `"${name}"${colon}"${REDACTED}"` : whole))
    .replace(SETTING, (whole, name, colon) => (SECRET.test(name) ? `${name}:${colon}${REDACTED}` : whole))
    .replace(AUTHORIZATION, `$1 ${REDACTED}`)
    .replace(ACCESS_KEY, REDACTED)
}

/**
 * A logger that passes everything on but the secrets: those in texts, and whatever has the name of one. One that throws fails nothing: what was
 * to be told is lost.
 */
export function redactingLogger(log: Logger): Logger {
  const redacting =
    (level: keyof Logger): LogMethod =>
    (facts, message) => {
      try {
        log[level](redacted(facts, 0) as Record<string, unknown>, redactText(message))
      } catch {}
    }
  return { debug: redacting('debug'), info: redacting('info'), warn: redacting('warn'), error: redacting('error') }
}

function redacted(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value)
  if (value instanceof Error) return redacted(serializeError(value), depth)
  if (value instanceof URL) return redactText(value.href)
  if (value instanceof Map) return redacted(Object.fromEntries(value), depth)
  if (Array.isArray(value)) return depth > MAX_DEPTH ? REDACTED : value.map((item) => redacted(item, depth + 1))
  if (!isPlain(value)) return value
  if (depth > MAX_DEPTH) return REDACTED
  const members = Object.entries(value).map(([name, member]) => [
    name,
    SECRET.test(name) && member !== null && member !== undefined ? REDACTED : redacted(member, depth + 1),
  ])
  return Object.fromEntries(members)
}

/** Whatever else there is has its own way to be shown. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
