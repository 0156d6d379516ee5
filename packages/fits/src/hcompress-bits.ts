/**
 * The codes of quadtrees by their next six bits: the 4-bit value times 8, plus the code's length (White 1992).
 *
 * Values with few bits set are frequent, and short.
 */
const CODES = codeTable({
  0: '111110',
  1: '000',
  2: '001',
  3: '1000',
  4: '010',
  5: '1001',
  6: '11010',
  7: '11011',
  8: '011',
  9: '11100',
  10: '1010',
  11: '11101',
  12: '1011',
  13: '11110',
  14: '111111',
  15: '1100',
})

function codeTable(codes: Readonly<Record<number, string>>): Uint8Array {
  const table = new Uint8Array(64)
  for (const [value, code] of Object.entries(codes)) {
    const first = Number.parseInt(code.padEnd(6, '0'), 2)
    table.fill(Number(value) * 8 + code.length, first, first + 2 ** (6 - code.length))
  }
  return table
}

/** The bits of an HCOMPRESS stream, from the highest of each byte on. Behind the last byte there are zeros. */
export class HcompressBits {
  readonly #bytes: Uint8Array
  #next: number
  /** The bits that were taken from the bytes, and how many of the lowest are still to be read. */
  #bits = 0
  #left = 0

  /** @param start The byte of the first bit. */
  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes
    this.#next = start
  }

  /** Whether more bits were read than there are. */
  get isOver(): boolean {
    return this.#next - (this.#left >>> 3) > this.#bytes.length
  }

  /** The next four bits. */
  readNybble(): number {
    if (this.#left < 4) this.#fill()
    this.#left -= 4
    return (this.#bits >>> this.#left) & 15
  }

  /** The 4-bit value of the next code. */
  readCode(): number {
    if (this.#left < 6) this.#fill()
    const entry = CODES[(this.#bits >>> (this.#left - 6)) & 63]!
    this.#left -= entry & 7
    return entry >>> 3
  }

  /** Whether the next bit is set. */
  readBit(): boolean {
    if (this.#left < 1) this.#fill()
    this.#left--
    return ((this.#bits >>> this.#left) & 1) === 1
  }

  /** Goes on with the next whole byte. */
  alignToByte(): void {
    this.#left -= this.#left % 8
  }

  /** Takes two more bytes; at most 5 bits are left before it, so 32 are enough. */
  #fill(): void {
    const high = this.#bytes[this.#next] ?? 0
    const low = this.#bytes[this.#next + 1] ?? 0
    this.#bits = (this.#bits << 16) | (high << 8) | low
    this.#next += 2
    this.#left += 16
  }
}
