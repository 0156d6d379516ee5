import { DataLabError } from './errors.js'

// S3 takes 1024 bytes, of which a storage's own prefix needs some; a file's name has 255, of which a storage may need some too.
const MAX_LENGTH = 900
const MAX_SEGMENT = 240

// Device names of Windows, which are no files there under any extension.
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i

/**
 * Whether a key may name an object in every storage: segments of ASCII letters, digits, `_`, `.` and `-`, separated by single slashes,
 * none beginning or ending with a dot; at most 900 characters, 240 a segment. Such a key is a file's path on every system, and leads out of no folder.
 */
export function isObjectKey(key: string): boolean {
  return key.length <= MAX_LENGTH && key.split('/').every(isSegment)
}

/**
 * The key itself.
 *
 * @throws STORAGE_KEY_INVALID unless {@link isObjectKey}.
 */
export function checkedObjectKey(key: string): string {
  if (isObjectKey(key)) return key
  throw new DataLabError(
    'STORAGE_KEY_INVALID',
    `${JSON.stringify(key.slice(0, 200))} is no object key: use letters, digits, '_', '.' and '-', with single slashes between segments that neither begin nor end with a dot, nor are a device's name; at most ${MAX_LENGTH} in all, ${MAX_SEGMENT} a segment.`,
  )
}

function isSegment(segment: string): boolean {
  if (segment.length > MAX_SEGMENT) return false
  return /^[A-Za-z0-9_-](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?$/.test(segment) && !DEVICE.test(segment)
}
