/** Pixels of a side of a block. */
export const BLOCK_SIDE = 8

/** Coefficients of a block. */
export const BLOCK_SIZE = 64

/** The steps of brightness in the order of rows, at quality 50 (ITU-T T.81, table K.1). */
const STEPS: readonly number[] = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
  87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
]

/** A Huffman code: of each length from 1 on, how many symbols have it; and the symbols, the shortest first. */
export interface HuffmanCode {
  readonly counts: readonly number[]
  readonly symbols: readonly number[]
}

/** The code of differences between means (table K.3): a symbol is a size in bits. */
export const MEAN_CODE: HuffmanCode = {
  counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
  symbols: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
}

/** The code of the other coefficients (table K.5): a symbol is a number of zeros times 16, and a size in bits. */
export const WAVE_CODE: HuffmanCode = {
  counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
  symbols: [
    ...[0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71],
    ...[0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0, 0x24, 0x33, 0x62, 0x72],
    ...[0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x34, 0x35, 0x36, 0x37],
    ...[0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59],
    ...[0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x83],
    ...[0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3],
    ...[0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3],
    ...[0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1, 0xe2],
    ...[0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa],
  ],
}

/** Where the zigzag comes to (figure A.6): places in a block, in the order of rows. */
export const ZIGZAG: readonly number[] = Array.from({ length: 2 * BLOCK_SIDE - 1 }, (_, sum) => diagonal(sum)).flat()

/** The places whose row and column add up to a number, upwards where that is even. */
function diagonal(sum: number): number[] {
  const rows = Array.from({ length: BLOCK_SIDE }, (_, row) => row).filter((row) => sum >= row && sum - row < BLOCK_SIDE)
  if (sum % 2 === 0) rows.reverse()
  return rows.map((row) => row * BLOCK_SIDE + sum - row)
}

/** The steps of a quality from 1 to 100 in the order of rows: those of the standard at 50, scaled as is the custom of the Independent JPEG Group. */
export function stepsOf(quality: number): number[] {
  const percent = quality < 50 ? 5000 / quality : 200 - 2 * quality
  return STEPS.map((step) => Math.max(1, Math.min(255, Math.floor((step * percent + 50) / 100))))
}

/** How much larger the transform makes a coefficient of a row, or column, than the standard's does: the square of it for both, and 16. */
const GAINS: readonly number[] = Array.from({ length: BLOCK_SIDE }, (_, k) =>
  k === 0 ? 1 : Math.SQRT2 * Math.cos((k * Math.PI) / 16),
)

/** What coefficients that were transformed are multiplied by, to be in steps: float32, in the order of columns. */
export function factorsOf(quality: number): Float32Array {
  const steps = stepsOf(quality)
  const factorOf = (_: unknown, at: number) => {
    const [column, row] = [at >> 3, at & 7]
    return 1 / (16 * steps[row * BLOCK_SIDE + column]! * GAINS[row]! * GAINS[column]!)
  }
  return Float32Array.from({ length: BLOCK_SIZE }, factorOf)
}

/** Codes by their symbols: the bits times 32, and their number; 0 where there is none. */
export function codesOf({ counts, symbols }: HuffmanCode): Uint32Array {
  const codes = new Uint32Array(256)
  let [code, next] = [0, 0]
  for (const [index, count] of counts.entries()) {
    for (let i = 0; i < count; i++) codes[symbols[next++]!] = code++ * 32 + index + 1
    code *= 2
  }
  return codes
}

/** The code of a value behind so many zeros, with its bits: the bits of all times 32, and their number. */
export function wordOf(codes: Uint32Array, zeros: number, value: number): number {
  const size = 32 - Math.clz32(Math.abs(value))
  const code = codes[zeros * 16 + size]!
  // Of negative values the bits are those of one less.
  const low = (value < 0 ? value - 1 : value) & ((1 << size) - 1)
  return ((code >>> 5) * 2 ** size + low) * 32 + (code & 31) + size
}

/** The most bytes that a row of blocks takes: of each coefficient a code of 16 bits and 11 more, and each byte with a 0 behind it. */
export function maxBlockBytes(blocks: number): number {
  return 2 * Math.ceil((blocks * BLOCK_SIZE * 27) / 8)
}
