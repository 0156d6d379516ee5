/** The most characters that are shown of a value. */
const LONGEST = 60

/** A value as it is named in a message about it, cut where it is long. */
export function showValue(value: unknown): string {
  const text = textOf(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return `[${value.slice(0, LONGEST).map(textOf).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const type = value.constructor
  return typeof type === 'function' && type !== Object ? `a ${type.name}` : 'an object'
}
