import { DataLabError } from './errors.js'

const MAX_LENGTH = 1024

// Device names of Windows, which are no files there under any extension.
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i

/**
 * Whether a key may name an object in every storage: segments of letters, digits, `_`, `.` and `-`, separated by single slashes, none
 * beginning or ending with a dot. Such a key is a file's path on every system, and leads out of no folder.
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
    `${JSON.stringify(key.slice(0, 200))} is no object key: use letters, digits, '_', '.' and '-', with single slashes between segments that neither begin nor end with a dot, at most ${MAX_LENGTH} in all.`,
  )
}

function isSegment(segment: string): boolean {
  return /^[A-Za-z0-9_-](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?$/.test(segment) && !DEVICE.test(segment)
}
