import { DataLabError } from './errors.js'

const NO_LINKS = ['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK', 'EPERM']

/** For `catch`: undefined in the place of a system's error with one of these codes. */
export function ignoring(...codes: string[]): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (!codes.includes(error.code ?? '')) throw error
    return undefined
  }
}

/** The error of a key whose name is taken by something that is not its object. */
export function keyConflict(key: string): DataLabError {
  return new DataLabError(
    'STORAGE_KEY_CONFLICT',
    `The object ${key} was not put: on a file system no key can be the folder of another one ('a' and 'a/b'). Choose another key, or delete what is there.`,
    { details: { key } },
  )
}

/** The error of a key whose folder is a link. */
export function linkForbidden(key: string): DataLabError {
  return new DataLabError(
    'STORAGE_FORBIDDEN',
    `The object ${key} was not put: a link is in the place of one of its folders. Links are not followed; put folders there.`,
    { details: { key } },
  )
}

/** The error of a storage whose folder is something else. */
export function notAFolder(folder: string): DataLabError {
  return new DataLabError('STORAGE_FORBIDDEN', `${folder} is no folder: give the storage one.`)
}

/** A system's error as one of the storage's; any other as it is. */
export function storageError(key: string, error: unknown): unknown {
  const { code, path, syscall } = (error ?? {}) as NodeJS.ErrnoException
  if (syscall === undefined || code === undefined) return error
  const where = path === undefined ? code : `${code}, ${path}`
  const options = { cause: error, details: { key, errno: code } }
  if (syscall === 'link' && NO_LINKS.includes(code))
    return new DataLabError(
      'STORAGE_FORBIDDEN',
      `The file system of the storage cannot make hard links (${code}), which putting ${key} needs: choose a folder on a local disk.`,
      options,
    )
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new DataLabError(
      'STORAGE_FORBIDDEN',
      `The storage may not touch ${key} (${where}): check the permissions of its folder.`,
      options,
    )
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new DataLabError('STORAGE_FULL', `There is no room left for ${key} (${code}): free some space.`, {
      ...options,
      audience: 'user',
      retryable: true,
    })
  if (code === 'EFBIG')
    return new DataLabError(
      'STORAGE_FULL',
      `${key} is larger than a file may become here (${code}): raise the limit, or choose another disk.`,
      { ...options, audience: 'user' },
    )
  if (code === 'ENAMETOOLONG')
    return new DataLabError('STORAGE_KEY_INVALID', `The key ${key} is too long for this file system.`, options)
  return new DataLabError('STORAGE_UNAVAILABLE', `The storage could not handle ${key} (${where}). Try again.`, {
    ...options,
    retryable: true,
  })
}
