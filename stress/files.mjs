import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeImage } from '@datalab/fits'

export const FRAMES = 12
export const BLOBS = 10
export const WIDTH = 48
export const HEIGHT = 32

/** Bytes that the file cache of a round may take up: a third of the files, and more than any run needs. */
export const CACHE_BYTES = 120_000

/** A pixel of a frame: whole numbers, of which medians are exact. */
export function sampleOf(frame, pixel) {
  return (frame * 7919 + pixel * 31 + ((pixel * (frame + 3)) % 97) * 13) % 1009
}

/** The bytes of a blob, a file that is no image. */
export function blobBytes(index) {
  return Buffer.alloc(3000 + 4111 * index, `blob ${index} `)
}

export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}

/** References as operations take them. */
export const frameFile = (index) => ({ source: 'local', root: 'frames', basename: `${index}.fits` })
export const blobFile = (index) => ({ source: 'local', root: 'blobs', basename: `${index}.bin` })

/**
 * Writes the input files of all rounds.
 *
 * @param {string} folder
 */
export async function writeFiles(folder) {
  for (const name of ['frames', 'blobs']) mkdirSync(join(folder, name), { recursive: true })
  for (let index = 0; index < FRAMES; index++) {
    const data = Float32Array.from({ length: WIDTH * HEIGHT }, (_, pixel) => sampleOf(index, pixel))
    await writeImage(join(folder, 'frames', `${index}.fits`), { data, width: WIDTH, height: HEIGHT })
  }
  for (let index = 0; index < BLOBS; index++) writeFileSync(join(folder, 'blobs', `${index}.bin`), blobBytes(index))
}
