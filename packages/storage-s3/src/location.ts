/** S3 takes names of 1024 bytes, and a key may have 900. */
const MAX_PREFIX_BYTES = 124

/**
 * A bucket's name, checked. Names that Amazon does not take are left for the server to judge.
 *
 * @throws TypeError when it could be none, or would change the path of addresses.
 */
export function bucketOf(name: string): string {
  if (typeof name === 'string' && /^(arn:[^\s?#]+|[A-Za-z0-9][A-Za-z0-9._-]{0,253}[A-Za-z0-9])$/.test(name)) return name
  throw new TypeError(
    `${JSON.stringify(String(name).slice(0, 100))} is no bucket's name: use letters, digits, '.', '-' and '_'; 2 to 255.`,
  )
}

/**
 * A prefix as it stands before each key: empty, or ending with a slash. Slashes around it make no difference.
 *
 * @throws TypeError when it is too long, or a part of it is not the same in every address.
 */
export function prefixOf(text: string): string {
  const folders = text.replace(/^\/+|\/+$/g, '')
  if (folders === '') return ''
  const shown = JSON.stringify(folders.slice(0, 100))
  if (folders.split('/').some((part) => part === '' || part === '.' || part === '..'))
    throw new TypeError(`The prefix ${shown} has a part that is empty, '.' or '..'; leave it out.`)
  if (/[\p{Cc}\ufffe\uffff]/u.test(folders) || !folders.isWellFormed())
    throw new TypeError(`The prefix ${shown} has characters that an address or a list cannot carry; use others.`)
  if (Buffer.byteLength(folders) + 1 > MAX_PREFIX_BYTES)
    throw new TypeError(
      `The prefix ${shown} has more than ${MAX_PREFIX_BYTES - 1} bytes, which leaves too few for keys.`,
    )
  return `${folders}/`
}
