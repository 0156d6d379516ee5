const WORD = 2 ** 32

/** Bytes whose words are added before the carries are: they still fit a float64. */
const ROUND = 4 * 2 ** 20

const ZERO = 0x30

/** The 32-bit ones' complement sum of bytes, added part by part: FITS's checksum (FITS 4.0, section 4.4.2.7 and appendix J). */
export class Checksum {
  #sum: number
  /** Bytes that do not fill a word yet. */
  #rest = new Uint8Array(0)

  /** @param sum That of whole words that were added before. */
  constructor(sum = 0) {
    this.#sum = sum
  }

  /** Adds the bytes that follow; they are only read. */
  add(bytes: Uint8Array): void {
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes
    const whole = all.length - (all.length % 4)
    this.#sum = sumWords(all.subarray(0, whole), this.#sum)
    this.#rest = Uint8Array.from(all.subarray(whole))
  }

  /** The sum so far; a word that is not full counts with zeros behind it. */
  get value(): number {
    const last = new Uint8Array(4)
    last.set(this.#rest)
    return sumWords(last, this.#sum)
  }
}

function sumWords(bytes: Uint8Array, start: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let sum = start
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + ROUND)
    for (; at < end; at += 4) sum += view.getUint32(at)
    while (sum >= WORD) sum = (sum % WORD) + Math.floor(sum / WORD)
  }
  return sum
}

/**
 * The text that, as the value of CHECKSUM in the place of sixteen zeros, makes the sum of an HDU 0 (FITS 4.0, appendix J).
 *
 * @param sum That of the HDU with the zeros.
 */
export function encodeChecksum(sum: number): string {
  const columns = [24, 16, 8, 0].map((shift) => lettersOf((~sum >>> shift) & 0xff))
  const text = [0, 1, 2, 3].flatMap((row) => columns.map((letters) => letters[row]!))
  // The value begins in column 12, one before a word.
  return String.fromCharCode(text.at(-1)!, ...text.slice(0, -1))
}

/** Four letters or digits whose codes, less those of four zeros, have the sum `byte`. */
function lettersOf(byte: number): number[] {
  const part = (byte >> 2) + ZERO
  const letters = [part + (byte & 3), part, part, part]
  for (const [a, b] of [
    [0, 1],
    [2, 3],
  ] as const) {
    while (!isAlphanumeric(letters[a]!) || !isAlphanumeric(letters[b]!)) {
      letters[a]!++
      letters[b]!--
    }
  }
  return letters
}

function isAlphanumeric(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
}
