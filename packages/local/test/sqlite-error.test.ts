import { expect, it } from 'vitest'
import { databaseError } from '../src/sqlite-error.js'

it.each([
  ['SQLITE_FULL', 'database or disk is full', 'SQLITE_FULL', /Make room/],
  ['SQLITE_IOERR_SHMSIZE', 'disk I/O error', 'SQLITE_IOERR_SHMSIZE', /may be full/],
  ['SQLITE_BUSY', 'database is locked', 'SQLITE_BUSY', /Another process/],
  ['UNKNOWN_SQLITE_ERROR_1544', 'attempt to write a readonly database', 'SQLITE_READONLY', /may write/],
  [
    '',
    'ConnectionFailed("Unable to open connection to local database /a: 14")',
    'SQLITE_CANTOPEN',
    /it cannot be opened\. .*may write/,
  ],
  ['EACCES', 'EACCES: permission denied', 'EACCES', /may write/],
  ['CLOSED', 'its thread ended', 'CLOSED', /Try again later/],
])('%s is told in a sentence that names the file: %s', (code, message, reason, words) => {
  const error = databaseError('/a/b.sqlite', { code, message })
  expect(error).toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true, details: { reason } })
  expect(error.message).toMatch(/^\/a\/b\.sqlite cannot be used now: .*\.$/)
  expect(error.message).toMatch(words)
})

it.each(['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'UNKNOWN_SQLITE_ERROR_779'])(
  '%s is damage, which does not pass',
  (code) => {
    const error = databaseError('/a/b.sqlite', { code, message: 'malformed' })
    expect(error).toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: false })
    expect(error.message).toMatch(/^\/a\/b\.sqlite is damaged.*Move it away/)
  },
)

it('says no reason where there is none', () => {
  expect(databaseError('/a', { message: 'what' }).details).toEqual({})
})
