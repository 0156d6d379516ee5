import { expect, test } from 'vitest'
import { storageError } from '../src/file-storage-error.js'

const systemError = (code: string, syscall = 'write') =>
  Object.assign(new Error(`${code}: it failed`), { code, syscall })

test.each([
  ['ENOSPC', 'STORAGE_FULL', true],
  ['EDQUOT', 'STORAGE_FULL', true],
  ['EFBIG', 'STORAGE_FULL', false],
  ['EACCES', 'STORAGE_FORBIDDEN', false],
  ['ENAMETOOLONG', 'STORAGE_KEY_INVALID', false],
  ['EIO', 'STORAGE_UNAVAILABLE', true],
])('%s of the system is %s', (system, code, retryable) => {
  const cause = systemError(system)
  expect(storageError('a/b', cause)).toMatchObject({
    code,
    retryable,
    cause,
    details: { key: 'a/b', errno: system },
    message: expect.stringMatching(new RegExp(`a/b.*${system}|a/b is too long`)),
  })
})

test('what is no error of the system stays as it is', () => {
  const error = new TypeError('not of a file')
  expect(storageError('a', error)).toBe(error)
  expect(storageError('a', undefined)).toBeUndefined()
})
