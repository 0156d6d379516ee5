import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { readImage } from '@datalab/fits'

/** @import { Programs } from './programs.mjs' */

/**
 * Compares a result with the reference's.
 *
 * @callback Comparison
 * @param {Result} one
 * @param {Result} reference
 * @param {Programs} programs
 * @returns {Promise<{ isSame: boolean, text: string }>} whether it is what it has to be, in words too
 */

/** @typedef {{ path: string, scale?: number }} Result */

/** @type {Comparison} */
export async function sameBits(one, reference) {
  const [values, right] = await Promise.all([pixels(one), pixels(reference)])
  if (values.length !== right.length) return { isSame: false, text: `${values.length} pixels, not ${right.length}` }
  if (bytesOf(values).equals(bytesOf(right))) return { isSame: true, text: 'same bits' }
  return { isSame: false, text: difference(values, right) }
}

/** @type {Comparison} */
export async function sameBytes(one, reference) {
  const isSame = readFileSync(one.path).equals(readFileSync(reference.path))
  return { isSame, text: isSame ? 'same bits' : 'other bits' }
}

/** @type {Comparison} */
export async function sameHeaders(one, reference) {
  const [values, right] = [one, reference].map(({ path }) => JSON.parse(readFileSync(path, 'utf8')))
  const isSame = Object.keys(right).length > 0 && isDeepStrictEqual(values, right)
  return { isSame, text: isSame ? 'same values' : 'other values' }
}

/** Packed images that differ by no more than their steps, with pictures that look alike: as astropy and Pillow read them. @type {Comparison} */
export async function withinQuantization(one, reference, programs) {
  const [program, ...words] = [...programs.python('agree.py'), one.path, reference.path]
  const { steps, sizes, grey, likeness } = JSON.parse(execFileSync(program, words, { encoding: 'utf8' }))
  const isSame = steps <= 1 && sizes && grey < 5 && likeness > 0.8
  return { isSame, text: `within ${steps.toFixed(2)} of the steps; pictures alike (${likeness.toFixed(2)})` }
}

async function pixels({ path, scale = 1 }) {
  const { data } = await readImage(path)
  return scale === 1 ? data : data.map((value) => value * scale)
}

function bytesOf({ buffer, byteOffset, byteLength }) {
  return Buffer.from(buffer, byteOffset, byteLength)
}

function difference(values, right) {
  let [count, largest] = [0, 0]
  for (const [index, value] of values.entries()) {
    if (value === right[index]) continue
    count++
    largest = Math.max(largest, Math.abs(value - right[index]))
  }
  return `${count} pixels differ, by up to ${largest.toPrecision(3)}`
}
