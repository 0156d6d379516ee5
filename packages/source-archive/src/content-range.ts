import type { Answer } from './answer.js'

/** Which bytes of how many an answer brings. */
export interface ContentRange {
  readonly first: number
  readonly last: number
  readonly total: number
}

/** What an answer's `Content-Range` says; undefined where that is not everything there is to know. */
export function contentRange(answer: Answer): ContentRange | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(answer.header('content-range') ?? '')
  if (match === null) return undefined
  const [first, last, total] = match.slice(1).map(Number) as [number, number, number]
  return first <= last && last < total ? { first, last, total } : undefined
}

/** How many bytes the file has of which an answer brings all or a part; undefined where it does not tell. */
export function sizeOf(answer: Answer): number | undefined {
  // Of a compressed body the length is another one.
  const encoding = answer.header('content-encoding')
  if (encoding !== null && encoding !== 'identity') return undefined
  if (answer.status === 206) return contentRange(answer)?.total
  if (answer.status === 200) return answer.length
  // Of an empty file no range can be had.
  return answer.header('content-range') === 'bytes */0' ? 0 : undefined
}

/** The `ETag` of an answer, where it is a strong one: it stands for the very bytes, as a weak one does not. */
export function strongEtag(answer: Answer): string | undefined {
  const etag = answer.header('etag')
  return etag !== null && /^"[\x21\x23-\x7e]+"$/.test(etag) ? etag : undefined
}

/** The MD5 that an `ETag` of an object store may be, in lower case. */
export function md5OfEtag(etag: string): string {
  return etag.slice(1, -1).toLowerCase()
}
