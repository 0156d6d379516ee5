import type { Hdu, StoredBytesOptions } from './hdu.js'
import { BLOCK_LENGTH } from './header.js'
import type { Finding } from './header-faults.js'
import { isEndRecord, RECORD_LENGTH } from './parse-cards.js'

const [BLANK, ZERO] = [0x20, 0]

/** How an HDU behind another one begins. */
const EXTENSION = 'XTENSION='

/** What is wrong with the bytes that fill the last block of an HDU's header (FITS 4.0, section 3.3.1). */
export async function* headerFillFaults(hdu: Hdu, options: StoredBytesOptions): AsyncGenerator<Finding, void> {
  const pieces: Uint8Array[] = []
  for await (const piece of hdu.storedBytes('header', options)) pieces.push(piece)
  yield* endFaults(Buffer.concat(pieces))
}

/**
 * What is wrong behind an HDU's data: with the bytes that fill their last block (FITS 4.0, sections 3.3.2 and 7.2.3), and with such as follow
 * the last HDU, which the standard no longer wants (section 3.5).
 */
export async function* dataFillFaults(hdu: Hdu): AsyncGenerator<Finding, void> {
  const padding = (BLOCK_LENGTH - (hdu.dataLength % BLOCK_LENGTH)) % BLOCK_LENGTH
  const behind = Buffer.from(await hdu.bytesBehind(padding + EXTENSION.length))
  const fill = behind.subarray(0, padding)
  if (fill.length < padding) {
    const missing = padding - fill.length
    yield { level: 'error', message: `the last block of its data lacks ${missing} bytes of padding` }
  }
  const [filler, name] = hdu.kind === 'table' ? [BLANK, 'blanks'] : [ZERO, 'zeros']
  if (!fill.every((byte) => byte === filler)) {
    yield { level: 'error', message: `the last block of its data is not filled with ${name}` }
  }
  const next = behind.toString('latin1', padding)
  if (next === '' || next === EXTENSION) return
  const at = hdu.dataOffset + hdu.dataLength + padding
  yield { level: 'error', message: `what follows it, from byte ${at} of the file on, is no HDU` }
}

function* endFaults(header: Buffer): Generator<Finding, void> {
  let end = 0
  while (end < header.length && !isEndRecord(header.toString('latin1', end, end + RECORD_LENGTH))) end += RECORD_LENGTH
  const fill = end + RECORD_LENGTH
  if (header.subarray(end + 3, fill).some((byte) => byte !== BLANK)) {
    yield { level: 'error', message: 'the END card has other characters than blanks behind END' }
  }
  if (header.subarray(fill).some((byte) => byte !== BLANK)) {
    yield { level: 'error', message: 'the last block of its header is not filled with blanks' }
  }
}
