import { DataLabError } from '@datalab/core'
import type { ThreadFailure } from './sqlite-protocol.js'

/**
 * What to tell of a database that could not be used: DATABASE_NEWER, or DATABASE_UNAVAILABLE with the reason in `details.reason`. Trying again
 * may help with the latter, unless the file is damaged.
 */
export function databaseError(path: string, { message, code }: ThreadFailure): DataLabError {
  if (code === 'NEWER')
    return new DataLabError('DATABASE_NEWER', `${path} cannot be read: ${message}. Update @datalab/local.`)
  const isDamaged = DAMAGED.has(code ?? '')
  const sentence = isDamaged
    ? `${path} is damaged, or no database (${message}). Move it away, with ${path}-wal and ${path}-shm where they are; a new one is made.`
    : `${path} cannot be used now: ${message}. ${adviceOn(code ?? '')}`
  const details = code === undefined ? {} : { reason: code }
  return new DataLabError('DATABASE_UNAVAILABLE', sentence, { retryable: !isDamaged, details })
}

const DAMAGED: ReadonlySet<string> = new Set(['SQLITE_CORRUPT', 'SQLITE_NOTADB'])

const ADVICE: readonly [RegExp, string][] = [
  [/^SQLITE_FULL$|^ENOSPC$|^EDQUOT$/, 'Make room on its disk.'],
  [/^SQLITE_BUSY|^SQLITE_LOCKED/, 'Another process has been writing to it for long. Try again later.'],
  [
    /^SQLITE_READONLY|^SQLITE_CANTOPEN|^SQLITE_PERM|^E/,
    'This process must be able to write the file and its folder, on a disk of this machine.',
  ],
]

function adviceOn(code: string): string {
  return ADVICE.find(([pattern]) => pattern.test(code))?.[1] ?? 'Try again later.'
}
