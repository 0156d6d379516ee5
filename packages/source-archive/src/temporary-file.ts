import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type ByteSource, DataLabError } from '@datalab/core'

/** A file without a name, for bytes on their way through: its space is free again when it is closed, or its process is gone. */
export class TemporaryFile {
  #size = 0
  #isClosed = false

  private constructor(
    private readonly file: FileHandle,
    private readonly path: string,
    private readonly isNamed: boolean,
  ) {}

  /** @param folder where the space is taken */
  static async create(folder: string): Promise<TemporaryFile> {
    const path = join(folder, `datalab-archive-${randomUUID()}`)
    const file = await open(path, 'wx+', 0o600).catch((cause) => {
      throw writeError(cause)
    })
    // Some systems keep the name of a file that is open.
    const isNamed = await rm(path).then(
      () => false,
      () => true,
    )
    return new TemporaryFile(file, path, isNamed)
  }

  get size(): number {
    return this.#size
  }

  /** @throws STORAGE_FULL when there is no room left. */
  async append(bytes: Uint8Array): Promise<void> {
    let written = 0
    while (written < bytes.length) {
      const { bytesWritten } = await this.file
        .write(bytes, written, bytes.length - written, this.#size + written)
        .catch((cause) => {
          throw writeError(cause)
        })
      written += bytesWritten
    }
    this.#size += written
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    let filled = 0
    while (filled < into.length) {
      const { bytesRead } = await this.file.read(into, filled, into.length - filled, offset + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return filled
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.file.close()
    if (this.isNamed) await rm(this.path, { force: true })
  }

  /** The bytes as a source, which takes the file over. */
  toSource(identity: string): ByteSource {
    return {
      size: this.#size,
      identity,
      read: async (offset, into) => {
        if (this.#isClosed) throw closedError()
        checkOffset(offset)
        return this.read(offset, into)
      },
      close: () => this.close(),
    }
  }
}

/** @throws TypeError when the offset is none. */
export function checkOffset(offset: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw new TypeError(`Nothing can be read from offset ${offset}; give a whole number of bytes, 0 or more.`)
}

/** The error of reading from a closed source. */
export function closedError(): TypeError {
  return new TypeError('This source is closed; open it again to read from it.')
}

function writeError(cause: NodeJS.ErrnoException): unknown {
  if (cause.code !== 'ENOSPC' && cause.code !== 'EDQUOT') return cause
  return new DataLabError('STORAGE_FULL', `There is no room left for a download (${cause.code}): free some space.`, {
    audience: 'user',
    retryable: true,
    cause,
    details: { errno: cause.code },
  })
}
