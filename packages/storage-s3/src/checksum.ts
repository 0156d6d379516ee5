import { createHash } from 'node:crypto'

/** The MD5 of bytes: what every S3 server checks of what it is sent. */
export function md5Of(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest()
}

/** The etag that S3 gives an object whose parts have these MD5s. */
export function multipartEtag(md5s: readonly Buffer[]): string {
  return `"${md5Of(Buffer.concat(md5s)).toString('hex')}-${md5s.length}"`
}
