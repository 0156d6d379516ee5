import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { DataLabError } from '@datalab/core'
import type { Content } from './put-whole.js'

/** A file without a name for a body whose size has to be known before it is sent: its space is free again when its process is gone. */
export class Spool {
  readonly #md5 = createHash('md5')
  readonly #readers = new Set<Readable>()
  #crc32 = 0
  #size = 0

  private constructor(
    private readonly file: FileHandle,
    private readonly path: string,
  ) {}

  /** @param folder where the space is taken */
  static async create(folder: string): Promise<Spool> {
    const path = join(folder, `datalab-s3-${randomUUID()}`)
    const file = await open(path, 'wx+', 0o600)
    // Some systems keep the name of a file that is open, until it is closed.
    await rm(path).catch(() => {})
    return new Spool(file, path)
  }

  get size(): number {
    return this.#size
  }

  /** @throws STORAGE_FULL when there is no room left. */
  async append(bytes: Uint8Array): Promise<void> {
    this.#md5.update(bytes)
    this.#crc32 = crc32(bytes, this.#crc32)
    for (let written = 0; written < bytes.length; )
      written += (await this.file.write(bytes, written).catch(failWriting)).bytesWritten
    this.#size += bytes.length
  }

  /** What was written, which is all there will be. */
  content(): Content {
    const sum = Buffer.alloc(4)
    sum.writeUInt32BE(this.#crc32)
    return {
      size: this.#size,
      md5: this.#md5.digest('base64'),
      crc32: sum.toString('base64'),
      body: () => this.#reader(),
    }
  }

  async close(): Promise<void> {
    for (const reader of this.#readers) reader.destroy()
    await this.file.close()
    await rm(this.path, { force: true })
  }

  #reader(): Readable {
    const reader = this.file.createReadStream({ start: 0, autoClose: false })
    // The request it is sent with ends when nothing comes of it.
    reader.on('error', () => {})
    this.#readers.add(reader)
    return reader
  }
}

function failWriting(cause: NodeJS.ErrnoException): never {
  if (cause.code !== 'ENOSPC' && cause.code !== 'EDQUOT') throw cause
  throw new DataLabError(
    'STORAGE_FULL',
    `There is no room left for a body on its way to S3 (${cause.code}): free some space.`,
    {
      audience: 'user',
      retryable: true,
      cause,
      details: { errno: cause.code },
    },
  )
}
