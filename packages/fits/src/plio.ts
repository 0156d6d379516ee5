import { invalid, truncated } from './errors.js'

/** Words before the instructions of a list in the old form, which has its length in the third. */
const OLD_START = 3

/** Bits of a word that are its number; those above are its instruction. */
const NUMBER = 0xfff

/** The most pixels that so many bytes can stand for: each word of two bytes is at most a run of 4095. */
export function maxPlioPixels(bytes: number): number {
  return Math.floor(bytes / 2) * NUMBER
}

/**
 * Decodes a line list of IRAF's pixel lists, as it is used for masks (FITS 4.0, section 10.4.3).
 *
 * @param bytes Big-endian 16-bit words; they are only read.
 * @param into Filled with integers from 0 on; pixels behind the end of the list are 0.
 * @throws FITS_TRUNCATED when the list ends before its own length, FITS_INVALID when it is no list.
 */
export function decodePlio(bytes: Uint8Array, into: Int32Array): void {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const { start, end } = rangeOf(words)
  let high = 1
  let at = 0
  for (let word = start; word < end && at < into.length; word++) {
    const instruction = words.getUint16(2 * word)
    const number = instruction & NUMBER
    const code = instruction >> 12
    if (code === 0 || code === 4 || code === 5) {
      const next = Math.min(at + number, into.length)
      into.fill(code === 4 ? high : 0, at, next)
      if (code === 5 && number > 0 && next === at + number) into[next - 1] = high
      at = next
    } else if (code === 1) {
      if (++word >= end) throw tooShort(bytes)
      high = words.getInt16(2 * word) * (NUMBER + 1) + number
    } else if (code < 8) {
      high += code % 2 === 0 ? number : -number
      if (code >= 6) into[at++] = high
    } else {
      throw invalid(`a PLIO list has the unknown instruction ${code}`)
    }
  }
  into.fill(0, at)
}

/** The words that are instructions. */
function rangeOf(words: DataView): { start: number; end: number } {
  const there = Math.floor(words.byteLength / 2)
  if (there < OLD_START) throw tooShort(words)
  const oldLength = words.getInt16(4)
  if (oldLength <= 0 && there < 5) throw tooShort(words)
  const [start, end] =
    oldLength > 0 ? [OLD_START, oldLength] : [words.getInt16(2), words.getInt16(8) * 32_768 + words.getInt16(6)]
  if (start < OLD_START || end < start) throw invalid(`a PLIO list has the impossible length ${end}`)
  if (end > there) throw tooShort(words)
  return { start, end }
}

function tooShort({ byteLength }: { byteLength: number }): Error {
  return truncated(`a PLIO list ends after ${byteLength} bytes; fetch the file again`)
}
