import type { ByteSource } from './byte-source.js'
import { invalid, isFitsError, truncated } from './errors.js'
import { BLOCK_LENGTH, Header } from './header.js'
import { isEndRecord, parseEntries, RECORD_LENGTH } from './parse-cards.js'

/** The longest header that is read, in bytes: about 200,000 cards. */
const MAX_HEADER_BYTES = 16 * 1024 * 1024

/** What is read of a file at first. */
export const FIRST_READ = 8 * BLOCK_LENGTH
const LARGEST_READ = 256 * BLOCK_LENGTH

/** How END begins. */
const LETTER_E = 0x45

/** How an extension begins. */
const KEYWORD = 'XTENSION='

/** A header and where it ends. */
export interface HeaderAt {
  readonly header: Header
  /** The first byte after the header's padding. */
  readonly end: number
}

/** Reads headers one after the other; where they are short, several of them at once. */
export class HeaderReader {
  readonly #source: ByteSource
  #piece: Buffer
  #start = 0

  /** @param start The first bytes of the file, as far as they were read already. */
  constructor(source: ByteSource, start: Uint8Array = new Uint8Array(0)) {
    this.#source = source
    this.#piece = Buffer.from(start.buffer, start.byteOffset, start.length)
  }

  /** Whether an extension begins at `offset`, or is missing there: a gzip stream ends too early. To read it tells. */
  async beginsExtension(offset: number): Promise<boolean> {
    try {
      const piece = await this.#pieceAt(offset, FIRST_READ)
      if (piece.length < KEYWORD.length) await this.#pieceAt(offset + piece.length, FIRST_READ)
      return piece.toString('latin1', 0, KEYWORD.length) === KEYWORD
    } catch (error) {
      if (isFitsError(error, 'FITS_TRUNCATED')) return true
      throw error
    }
  }

  /**
   * The header at `offset`, read in pieces that grow, up to the block that holds END.
   *
   * @throws FITS_TRUNCATED when the file ends before END.
   * @throws FITS_INVALID when there is no END within `MAX_HEADER_BYTES`.
   */
  async read(offset: number): Promise<HeaderAt> {
    const texts: string[] = []
    for (let length = 0; length < MAX_HEADER_BYTES; ) {
      const size = Math.min(Math.max(length, FIRST_READ), LARGEST_READ)
      const piece = await this.#pieceAt(offset + length, size)
      if (piece.length === 0) throw noEnd(offset, length)
      const end = findEnd(piece)
      texts.push(piece.toString('latin1', 0, end < 0 ? piece.length : end))
      if (end >= 0) {
        const blocks = Math.ceil((length + end + RECORD_LENGTH) / BLOCK_LENGTH)
        return { header: Header.ofEntries(parseEntries(texts.join(''))), end: offset + blocks * BLOCK_LENGTH }
      }
      length += piece.length
    }
    throw invalid(`the header at byte ${offset} has no END card within ${MAX_HEADER_BYTES} bytes`, { offset })
  }

  /** Bytes from `offset` on: what is there of the last piece, else up to `size` of them; none only at the end of the file. */
  async #pieceAt(offset: number, size: number): Promise<Buffer> {
    const from = offset - this.#start
    if (from >= 0 && from < this.#piece.length) return this.#piece.subarray(from)
    const piece = Buffer.allocUnsafe(Math.max(0, Math.min(size, this.#source.size - offset)))
    this.#piece = piece.subarray(0, piece.length > 0 ? await this.#source.read(offset, piece) : 0)
    this.#start = offset
    return this.#piece
  }
}

/** Where the END record begins, -1 without one. */
function findEnd(piece: Buffer): number {
  for (let at = 0; at < piece.length; at += RECORD_LENGTH) {
    if (piece[at] === LETTER_E && isEndRecord(piece.toString('latin1', at, at + RECORD_LENGTH))) return at
  }
  return -1
}

function noEnd(offset: number, length: number): Error {
  return truncated(
    `the header at byte ${offset} has no END card; the file ends after ${length} bytes of it; fetch it again`,
    {
      offset: offset + length,
    },
  )
}
