import { type FileHandle, open } from 'node:fs/promises'
import { type ByteSource, DataLabError } from '@datalab/core'
import { abortable } from './abortable.js'
import { cacheUnavailable, diskFull, isDiskFull } from './file-cache-error.js'

/** How a file is downloaded. */
export interface DownloadOptions {
  /** How many bytes the source is asked for at a time. */
  readonly chunkBytes: number
  /** How a user would name the file. */
  readonly label: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Writes all bytes of a source to a file that is there already, and has them on disk.
 *
 * @returns false when the file was taken away: others do this now
 * @throws DATALAB_SOURCE_SHORT, DATALAB_ABORTED, CACHE_FULL when the disk is, CACHE_UNAVAILABLE; what the source throws.
 */
export async function download(source: ByteSource, path: string, options: DownloadOptions): Promise<boolean> {
  const file = await onDisk(options, () => openExisting(path))
  if (file === undefined) return false
  try {
    const buffer = new Uint8Array(Math.min(options.chunkBytes, Math.max(1, source.size)))
    for (let offset = 0; offset < source.size; ) {
      const piece = await nextPiece(source, offset, buffer, options)
      if (!(await onDisk(options, () => written(file, piece, offset)))) return false
      offset += piece.length
    }
    await onDisk(options, () => file.sync())
    await onDisk(options, () => file.chmod(0o444))
    return true
  } finally {
    await file.close()
  }
}

async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function nextPiece(
  source: ByteSource,
  offset: number,
  buffer: Uint8Array,
  { label, signal }: DownloadOptions,
): Promise<Uint8Array> {
  const wanted = Math.min(buffer.length, source.size - offset)
  const read = await abortable(source.read(offset, buffer.subarray(0, wanted)), signal)
  if (read === wanted) return buffer.subarray(0, wanted)
  throw new DataLabError(
    'DATALAB_SOURCE_SHORT',
    `${label}: its source broke off after ${offset + read} of ${source.size} bytes. Try again; if it ends there again, the file is damaged at its source.`,
    { audience: 'user', retryable: true },
  )
}

/** Writes a piece, unless the file was removed: whoever does that has given it to another loader. */
async function written(file: FileHandle, piece: Uint8Array, offset: number): Promise<boolean> {
  if ((await file.stat()).nlink === 0) return false
  for (let done = 0; done < piece.length; ) {
    const { bytesWritten } = await file.write(piece, done, piece.length - done, offset + done)
    done += bytesWritten
  }
  return true
}

async function onDisk<Result>({ label }: DownloadOptions, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw isDiskFull(error) ? diskFull(label, error) : cacheUnavailable(label, error)
  }
}
