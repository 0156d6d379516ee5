import { read } from 'node:fs'
import type { Rows } from './combine-options.js'
import type { OpenedFrame } from './row-readers.js'
import type { PlainPixels } from './stored-frame.js'

/** A file of plain pixels that is open. */
export interface PlainFile {
  readonly fd: number
  readonly pixels: PlainPixels
}

/** The file of a frame whose rows can be asked of the system as they are; undefined of any other. */
export function plainFile({ file, pixels }: OpenedFrame): PlainFile | undefined {
  return pixels.kind === 'plain' && typeof file === 'number' ? { fd: file, pixels } : undefined
}

/**
 * Has threads of the system read the same rows of several files, each into its memory; none of that is to be touched meanwhile.
 *
 * @returns false where a file could not be read, or has not so many bytes: when nothing is being read any more.
 */
export async function readPixels(
  files: readonly PlainFile[],
  width: number,
  { from, to }: Rows,
  into: readonly Uint8Array[],
): Promise<boolean> {
  const reads = files.map(({ fd, pixels }, file) => {
    const rowBytes = (width * Math.abs(pixels.bitpix)) / 8
    return fill(fd, into[file]!, (to - from) * rowBytes, pixels.offset + from * rowBytes)
  })
  return (await Promise.all(reads)).every((isRead) => isRead)
}

function fill(fd: number, into: Uint8Array, length: number, position: number): Promise<boolean> {
  return new Promise((resolve) => {
    const readOn = (done: number) =>
      read(fd, into, done, length - done, position + done, (error, bytes) => {
        if (error !== null || bytes === 0) resolve(false)
        else if (done + bytes === length) resolve(true)
        else readOn(done + bytes)
      })
    readOn(0)
  })
}
