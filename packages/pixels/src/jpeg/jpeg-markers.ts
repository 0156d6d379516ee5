import type { PictureSize } from '../kernels.js'
import { BLOCK_SIDE, type HuffmanCode, MEAN_CODE, stepsOf, WAVE_CODE, ZIGZAG } from './jpeg-tables.js'

/** Second bytes of markers (ITU-T T.81, table B.1). */
const MARKER = { baseline: 0xc0, codes: 0xc4, restart: 0xd0, start: 0xd8, end: 0xd9, scan: 0xda, steps: 0xdb }
const RESTART_INTERVAL = 0xdd
const JFIF = 0xe0
const JFIF_NAME = [0x4a, 0x46, 0x49, 0x46, 0]

/** Restart intervals are numbered modulo this. */
const RESTARTS = 8

/** Classes of codes. */
const OF_MEANS = 0
const OF_WAVES = 1

/** What comes before the first row of blocks: the file is a grey picture, whose restart intervals are rows of blocks. */
export function jpegStart({ width, height }: PictureSize, quality: number): Uint8Array<ArrayBuffer> {
  const steps = stepsOf(quality)
  return Uint8Array.from([
    ...marker(MARKER.start),
    // Version 1.1, pixels as wide as high, no thumbnail.
    ...segment(JFIF, [...JFIF_NAME, 1, 1, 0, ...word(1), ...word(1), 0, 0]),
    ...segment(MARKER.steps, [0, ...ZIGZAG.map((at) => steps[at]!)]),
    // One component of 8 bits, sampled once in each direction.
    ...segment(MARKER.baseline, [8, ...word(height), ...word(width), 1, 1, 0x11, 0]),
    ...codes(OF_MEANS, MEAN_CODE),
    ...codes(OF_WAVES, WAVE_CODE),
    ...segment(RESTART_INTERVAL, word(Math.ceil(width / BLOCK_SIDE))),
    // The one component with the codes above, all coefficients, whole values.
    ...segment(MARKER.scan, [1, 1, 0, 0, BLOCK_SIDE ** 2 - 1, 0]),
  ])
}

/** What comes behind an interval that is not the last; they are counted from 0. */
export function restartMarker(interval: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(marker(MARKER.restart + (interval % RESTARTS)))
}

/** What comes behind the last interval. */
export function jpegEnd(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(marker(MARKER.end))
}

function marker(second: number): number[] {
  return [0xff, second]
}

function word(value: number): number[] {
  return [value >> 8, value & 0xff]
}

function segment(second: number, content: readonly number[]): number[] {
  return [...marker(second), ...word(content.length + 2), ...content]
}

function codes(kind: number, { counts, symbols }: HuffmanCode): number[] {
  return segment(MARKER.codes, [kind * 16, ...counts, ...symbols])
}
