import { type BigIntStats, fstatSync } from 'node:fs'
import { constants, type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ByteSource } from './byte-source.js'
import { DataLabError } from './errors.js'

/** Bytes in memory as a source. They are not copied: leave them as they are while it is open. */
export function bytesSource(bytes: Uint8Array, identity = ''): ByteSource {
  let isClosed = false
  return {
    size: bytes.length,
    identity,
    async read(offset, into) {
      if (isClosed) throw closedError()
      checkOffset(offset)
      const part = bytes.subarray(offset, offset + into.length)
      into.set(part)
      return part.length
    },
    async close() {
      isClosed = true
    },
  }
}

/**
 * A regular file as a source. It stays with the file it opened, whatever becomes of its name. A pipe or device fails, and is not waited for.
 *
 * @throws what `node:fs` throws; EISDIR for a folder, EFTYPE for what is neither a file nor a folder.
 * Its reads: SOURCE_CHANGED when the file was written to after it was opened.
 */
export async function fileSource(path: string): Promise<ByteSource> {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would never return. Windows has neither.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  const stats = await regularStats(file, path)
  const identity = fileIdentity(stats)
  let isClosed = false
  return {
    size: Number(stats.size),
    identity,
    path,
    async read(offset, into) {
      if (isClosed) throw closedError()
      checkOffset(offset)
      const filled = await fill(file, offset, into)
      if (isClosed) throw closedError()
      if (fileIdentity(openStats(file)) !== identity) throw changedError(path)
      return filled
    },
    async close() {
      if (isClosed) return
      isClosed = true
      await file.close()
    },
  }
}

/** Closes what is no regular file. */
async function regularStats(file: FileHandle, path: string): Promise<BigIntStats> {
  const stats = openStats(file)
  if (stats.isFile()) return stats
  await file.close()
  if (stats.isDirectory()) throw Object.assign(new Error(`${path} is a folder`), { code: 'EISDIR' })
  throw Object.assign(new Error(`${path} is no regular file`), { code: 'EFTYPE' })
}

/** What is known of an open file: that waits for no disk, and takes far less time than to have another thread ask. */
export function openStats({ fd }: FileHandle): BigIntStats {
  return fstatSync(fd, { bigint: true })
}

async function fill(file: FileHandle, offset: number, into: Uint8Array): Promise<number> {
  let filled = 0
  while (filled < into.length) {
    const { bytesRead } = await file.read(into, filled, into.length - filled, offset + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return filled
}

/** Tells versions of a file apart: inode, size, and modification time in nanoseconds. */
export function fileIdentity(stats: BigIntStats): string {
  return `${stats.ino}-${stats.size}-${stats.mtimeNs}`
}

/**
 * All bytes of a source.
 *
 * @param options.limit more than this is refused before anything is read
 * @throws DATALAB_TOO_LARGE, DATALAB_SOURCE_SHORT when the source ends before its size.
 */
export async function readAll(source: ByteSource, options: { limit: number }): Promise<Uint8Array> {
  if (source.size > options.limit)
    throw new DataLabError(
      'DATALAB_TOO_LARGE',
      `${source.size} bytes are more than the ${options.limit} that are read at once here.`,
    )
  const bytes = new Uint8Array(source.size)
  const read = await source.read(0, bytes)
  if (read !== source.size)
    throw new DataLabError('DATALAB_SOURCE_SHORT', `The source ended after ${read} of ${source.size} bytes.`)
  return bytes
}

function checkOffset(offset: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw new TypeError(`Nothing can be read from offset ${offset}; give a whole number of bytes, 0 or more.`)
}

function changedError(path: string): DataLabError {
  return new DataLabError(
    'SOURCE_CHANGED',
    `${basename(path)} was written to while it was read. Submit the job again for the new version.`,
    { audience: 'user', retryable: true },
  )
}

function closedError(): TypeError {
  return new TypeError('This source is closed; open it again to read from it.')
}
