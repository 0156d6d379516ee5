import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { readImage } from '@datalab/fits'
import { fitsFiles } from './fits-files.mjs'

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

/** @typedef {{ path: string, scale?: number }} Result of a file, or of a folder where there are several */

/** @type {Comparison} */
export async function sameBits(one, reference) {
  const [values, right] = await Promise.all([pixels(one), pixels(reference)])
  if (values.length !== right.length) return { isSame: false, text: `${values.length} pixels, not ${right.length}` }
  if (bytesOf(values).equals(bytesOf(right))) return { isSame: true, text: 'same bits' }
  return { isSame: false, text: difference(values, right) }
}

/** The images of two folders, in the order of their names. @type {Comparison} */
export async function sameBitsOfAll(one, reference, programs) {
  const [paths, right] = [one, reference].map(({ path }) => fitsFiles(path))
  if (paths.length !== right.length) return { isSame: false, text: `${paths.length} files, not ${right.length}` }
  for (const [index, path] of paths.entries()) {
    const told = await sameBits({ ...one, path }, { ...reference, path: right[index] }, programs)
    if (!told.isSame) return { isSame: false, text: `file ${index + 1}: ${told.text}` }
  }
  return { isSame: paths.length > 0, text: `same bits in ${paths.length} files` }
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
