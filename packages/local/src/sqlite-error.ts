import { DataLabError } from '@datalab/core'
import type { ThreadFailure } from './sqlite-protocol.js'

/**
 * What to tell of a database that could not be used: DATABASE_NEWER, or DATABASE_UNAVAILABLE with the reason in `details.reason`. Trying again
 * may help with the latter, unless the file is damaged.
 */
export function databaseError(path: string, { message, code = '' }: ThreadFailure): DataLabError {
  if (code === 'NEWER')
    return new DataLabError('DATABASE_NEWER', `${path} cannot be read: ${message}. Update @datalab/local.`)
  const reason = reasonOf(message, code)
  const isDamaged = reason === 'SQLITE_CORRUPT' || reason === 'SQLITE_NOTADB'
  const sentence = isDamaged
    ? `${path} is damaged, or no database (${message}). Move it away, with ${path}-wal and ${path}-shm where they are; a new one is made.`
    : `${path} cannot be used now: ${wordsOf(message)}. ${adviceOn(reason)}`
  const details = reason === '' ? {} : { reason }
  return new DataLabError('DATABASE_UNAVAILABLE', sentence, { retryable: !isDamaged, details })
}

/** SQLite's result codes, by their number: its documentation has the list. */
const RESULTS: ReadonlyMap<number, string> = new Map([
  [3, 'SQLITE_PERM'],
  [5, 'SQLITE_BUSY'],
  [8, 'SQLITE_READONLY'],
  [10, 'SQLITE_IOERR'],
  [11, 'SQLITE_CORRUPT'],
  [13, 'SQLITE_FULL'],
  [14, 'SQLITE_CANTOPEN'],
  [26, 'SQLITE_NOTADB'],
])

const UNOPENED = /^ConnectionFailed\(.*: (\d+)"\)$/

/** The code by name also where libsql has it as a number only. The low byte of an extended code is the code that it extends. */
function reasonOf(message: string, code: string): string {
  const number = /^UNKNOWN_SQLITE_ERROR_(\d+)$/.exec(code) ?? UNOPENED.exec(message)
  return RESULTS.get(Number(number?.[1]) & 0xff) ?? code
}

function wordsOf(message: string): string {
  return UNOPENED.test(message) ? 'it cannot be opened' : message
}

const ADVICE: readonly [RegExp, string][] = [
  [/^SQLITE_FULL$|^ENOSPC$|^EDQUOT$/, 'Make room on its disk.'],
  [/^SQLITE_IOERR/, 'Its disk may be full, or broken.'],
  [/^SQLITE_BUSY/, 'Another process has been writing to it for long. Try again later.'],
  [
    /^SQLITE_READONLY|^SQLITE_CANTOPEN|^SQLITE_PERM|^E/,
    'It must be a file that this process may write, in a folder that it may write, on a disk of this machine.',
  ],
]

function adviceOn(reason: string): string {
  return ADVICE.find(([pattern]) => pattern.test(reason))?.[1] ?? 'Try again later.'
}
