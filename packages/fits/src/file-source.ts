import type { BigIntStats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { ByteSource } from './byte-source.js'
import { FitsError, wrongArgument } from './errors.js'
import { openFile } from './open-file.js'

/**
 * A file on disk, opened for reading, as a `ByteSource`.
 *
 * What the system says of a path that cannot be opened (`ENOENT`, `EACCES`) is passed on as it is.
 *
 * @throws FITS_NOT_FITS when the path is a folder or a device.
 */
export async function fileSource(path: string): Promise<ByteSource> {
  const file = await openFile(path)
  try {
    const stat = file.stat()
    if (!stat.isFile())
      throw new FitsError('FITS_NOT_FITS', `${path} is not a regular file; give the path of a FITS file`)
    return { ...known(stat), path, read: (offset, into) => file.read(offset, into), close: () => file.close() }
  } catch (error) {
    await file.close()
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
  return {
    ...known(stat),
    read: (offset, into) =>
      readFully(handle, offset, into).catch((error) => {
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

function known({ size, ino, mtimeNs }: BigIntStats): Pick<ByteSource, 'size' | 'identity'> {
  return { size: Number(size), identity: `file:${ino}:${size}:${mtimeNs}` }
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
