import type { BigIntStats } from 'node:fs'
import { open } from 'node:fs/promises'
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
 * A file as a source. It stays with the file it opened, whatever becomes of its name.
 *
 * @throws what `node:fs` throws.
 */
export async function fileSource(path: string): Promise<ByteSource> {
  const file = await open(path, 'r')
  const stats = await file.stat({ bigint: true }).catch(async (error) => {
    await file.close()
    throw error
  })
  if (stats.isDirectory()) {
    await file.close()
    throw Object.assign(new Error(`${path} is a folder`), { code: 'EISDIR' })
  }
  let isClosed = false
  return {
    size: Number(stats.size),
    identity: fileIdentity(stats),
    path,
    async read(offset, into) {
      if (isClosed) throw closedError()
      let filled = 0
      while (filled < into.length) {
        const { bytesRead } = await file.read(into, filled, into.length - filled, offset + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return filled
    },
    async close() {
      if (isClosed) return
      isClosed = true
      await file.close()
    },
  }
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

function closedError(): TypeError {
  return new TypeError('This source is closed; open it again to read from it.')
}
