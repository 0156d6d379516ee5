import type { RiceCoding } from '../src/index.js'

const CODES = { 1: [3, 6], 2: [4, 14], 4: [5, 25] } as const

/** A plain Rice encoder: bits as text, the best split of each block found by trying all. */
export function encodeRice(values: Int32Array, { bytepix, blocksize }: RiceCoding): Uint8Array {
  const width = bytepix * 8
  const [splitBits, uncoded] = CODES[bytepix]
  const bits = [binary(values[0] ?? 0, width)]
  let last = values[0] ?? 0
  for (let start = 0; start < values.length; start += blocksize) {
    const codes = [...values.subarray(start, start + blocksize)].map((value) => {
      const difference = Number(BigInt.asIntN(width, BigInt(value) - BigInt(last)))
      last = value
      return difference < 0 ? -2 * difference - 1 : 2 * difference
    })
    const lengthOf = (split: number) => codes.reduce((sum, code) => sum + Math.floor(code / 2 ** split) + 1 + split, 0)
    const splits = Array.from({ length: uncoded }, (_, split) => split)
    const best = splits.reduce((a, b) => (lengthOf(b) < lengthOf(a) ? b : a))
    if (codes.every((code) => code === 0)) bits.push(binary(0, splitBits))
    else if (lengthOf(best) >= width * codes.length)
      bits.push(binary(uncoded + 1, splitBits), ...codes.map((code) => binary(code, width)))
    else
      bits.push(
        binary(best + 1, splitBits),
        ...codes.map((code) => `${'0'.repeat(Math.floor(code / 2 ** best))}1${binary(code, best)}`),
      )
  }
  return Uint8Array.from(bits.join('').match(/.{1,8}/g) ?? [], (byte) => Number.parseInt(byte.padEnd(8, '0'), 2))
}

function binary(value: number, bits: number): string {
  return bits === 0 ? '' : BigInt.asUintN(bits, BigInt(value)).toString(2).padStart(bits, '0')
}
