/** @throws TypeError for what cannot begin the names of keys. */
export function checkedPrefix(prefix: string): string {
  if (typeof prefix === 'string' && /^[\w.{}-]+$/.test(prefix)) return prefix
  throw new TypeError(`A prefix has letters, digits, '_', '-' and '.', and '${prefix}' has others, or none.`)
}
