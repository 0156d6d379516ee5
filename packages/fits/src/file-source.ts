import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { ByteSource } from './byte-source.js'
import { FitsError, wrongArgument } from './errors.js'

/**
 * A file on disk, opened for reading, as a `ByteSource`.
 *
 * What the system says of a path that cannot be opened (`ENOENT`, `EACCES`) is passed on as it is.
 *
 * @throws FITS_NOT_FITS when the path is a folder or a device.
 */
export async function fileSource(path: string): Promise<ByteSource> {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would never return. Windows has neither.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const stat = await handle.stat({ bigint: true })
    if (!stat.isFile())
      throw new FitsError('FITS_NOT_FITS', `${path} is not a regular file; give the path of a FITS file`)
    return { ...sourceOfHandle(handle, stat), path }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/**
 * A file that its owner opened for reading, as a `ByteSource`; closing it is left to the owner.
 *
 * @throws FITS_NOT_FITS when it is no file, but a folder or a device; FITS_CLOSED when its owner closed it, as reading does then.
 */
export async function handleSource(handle: FileHandle): Promise<ByteSource> {
  const stat = await handle.stat({ bigint: true }).catch((error) => {
    throw explained(handle, error)
  })
  if (!stat.isFile())
    throw new FitsError('FITS_NOT_FITS', 'the handle is not of a regular file; give that of a FITS file')
  const source = sourceOfHandle(handle, stat)
  return {
    ...source,
    read: (offset, into) =>
      source.read(offset, into).catch((error) => {
        throw explained(handle, error)
      }),
    close: async () => {},
  }
}

/** What a bad descriptor means: the handle was closed, or opened for something else. */
function explained({ fd }: FileHandle, error: NodeJS.ErrnoException): Error {
  if (error.code !== 'EBADF') return error
  if (fd >= 0) return wrongArgument('the handle cannot be read from; open the file for reading')
  return new FitsError('FITS_CLOSED', 'the handle of the file was closed; read it before that, or open it again', {
    cause: error,
  })
}

function sourceOfHandle(handle: FileHandle, { size, ino, mtimeNs }: BigIntStats): ByteSource {
  let closing: Promise<void> | undefined
  return {
    size: Number(size),
    identity: `file:${ino}:${size}:${mtimeNs}`,
    read: (offset, into) => readFully(handle, offset, into),
    close() {
      closing ??= handle.close()
      return closing
    },
  }
}

async function readFully(handle: FileHandle, offset: number, into: Uint8Array): Promise<number> {
  let done = 0
  while (done < into.length) {
    const { bytesRead } = await handle.read(into, done, into.length - done, offset + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return done
}
