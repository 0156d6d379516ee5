import type { ByteSource } from '@datalab/core'
import { invalid, truncated } from './errors.js'
import { BLOCK_LENGTH, Header } from './header.js'
import { isEndRecord, parseCards, RECORD_LENGTH } from './parse-cards.js'

/** The longest header that is read, in bytes: about 200,000 cards. */
const MAX_HEADER_BYTES = 16 * 1024 * 1024

const FIRST_READ = 8 * BLOCK_LENGTH
const LARGEST_READ = 256 * BLOCK_LENGTH

/** A header and where it ends. */
export interface HeaderAt {
  readonly header: Header
  /** The first byte after the header's padding. */
  readonly end: number
}

/**
 * The header at `offset`, read in pieces that grow, up to the block that holds END.
 *
 * @throws FITS_TRUNCATED when the file ends before END.
 * @throws FITS_INVALID when there is no END within `MAX_HEADER_BYTES`.
 */
export async function readHeader(source: ByteSource, offset: number): Promise<HeaderAt> {
  const texts: string[] = []
  let length = 0
  for (let size = FIRST_READ; length < MAX_HEADER_BYTES; size = Math.min(size * 2, LARGEST_READ)) {
    const piece = await readPiece(source, offset + length, size)
    const end = findEnd(piece)
    texts.push(end < 0 ? piece : piece.slice(0, end))
    if (end >= 0) {
      const blocks = Math.ceil((length + end + RECORD_LENGTH) / BLOCK_LENGTH)
      return { header: new Header(parseCards(texts.join(''))), end: offset + blocks * BLOCK_LENGTH }
    }
    length += piece.length
    if (piece.length < size) throw noEnd(offset, length)
  }
  throw invalid(`the header at byte ${offset} has no END card within ${MAX_HEADER_BYTES} bytes`, { offset })
}

async function readPiece(source: ByteSource, offset: number, size: number): Promise<string> {
  const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(size, source.size - offset)))
  const read = await source.read(offset, bytes)
  return bytes.toString('latin1', 0, read)
}

/** Where the END record begins, -1 without one. */
function findEnd(piece: string): number {
  for (let at = piece.indexOf('END'); at >= 0; at = piece.indexOf('END', at + 1)) {
    if (at % RECORD_LENGTH === 0 && isEndRecord(piece.slice(at, at + RECORD_LENGTH))) return at
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
