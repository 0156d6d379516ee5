import { type RiceCoding, SPLITS } from '../rice-coding.js'

/** Rice-codes integers; returns how many bytes were written. */
export function encodeRice(values: Int32Array, { bytepix, blocksize }: RiceCoding, into: Uint8Array): number {
  const width = bytepix * 8
  const [splitBits, uncoded] = SPLITS[bytepix]
  const bits = new BitWriter(into)
  bits.put(values[0]!, width)
  let last = values[0]!
  for (let start = 0; start < values.length; start += blocksize) {
    const codes: number[] = []
    for (const value of values.subarray(start, start + blocksize)) {
      codes.push(codeOf(value - last, width))
      last = value
    }
    const split = splitOf(codes)
    if (split >= uncoded) {
      bits.put(uncoded + 1, splitBits)
      for (const code of codes) bits.put(code, width)
    } else if (codes.every((code) => code === 0)) bits.put(0, splitBits)
    else {
      bits.put(split + 1, splitBits)
      for (const code of codes) {
        for (let zeros = code >>> split; zeros > 0; zeros--) bits.put(0, 1)
        bits.put(1, 1)
        bits.put(code, split)
      }
    }
  }
  return bits.end()
}

/** The difference, cut to `width` bits, with its sign as the lowest bit. */
function codeOf(difference: number, width: number): number {
  const cut = (difference << (32 - width)) >> (32 - width)
  return ((cut << 1) ^ (cut >> 31)) >>> 0
}

/** How many low bits are written as they are: about the logarithm of the codes' mean. */
function splitOf(codes: readonly number[]): number {
  const sum = codes.reduce((total, code) => total + code, 0)
  const mean = (sum - Math.floor(codes.length / 2) - 1) / codes.length
  return 32 - Math.clz32(Math.floor(Math.max(0, mean)) >>> 1)
}

class BitWriter {
  #length = 0
  #byte = 0
  #free = 8

  constructor(private readonly into: Uint8Array) {}

  /** Writes the low bits of a value, the highest first. */
  put(value: number, count: number): void {
    for (let bit = count - 1; bit >= 0; bit--) {
      this.#byte = (this.#byte << 1) | ((value >>> bit) & 1)
      if (--this.#free === 0) this.#flush()
    }
  }

  /** Fills the last byte with zeros. Returns how many bytes there are. */
  end(): number {
    while (this.#free < 8) this.put(0, 1)
    return this.#length
  }

  #flush(): void {
    this.into[this.#length++] = this.#byte
    this.#byte = 0
    this.#free = 8
  }
}
