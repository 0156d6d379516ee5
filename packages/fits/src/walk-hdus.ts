import type { ByteSource } from '@datalab/core'
import { AsciiTable } from './ascii-table.js'
import { BinaryTable } from './binary-table.js'
import { CompressedImage } from './compressed-image.js'
import { type FitsError, isFitsError, truncated, unsupported } from './errors.js'
import { Hdu, type HduParts } from './hdu.js'
import { kindOf, layoutOf, requireAxes, requireBitpix } from './hdu-layout.js'
import { BLOCK_LENGTH, Header } from './header.js'
import { PlainImage } from './plain-image.js'
import { type HeaderAt, readHeader } from './read-header.js'

/** The most HDUs a file may have. */
const MAX_HDUS = 65_536

/**
 * All HDUs of a file that begins with SIMPLE, by reading their headers one after the other.
 *
 * Ends at the file's end, at bytes that begin no extension, or with an HDU that is cut or malformed, which is listed with its error.
 *
 * @throws FITS_TRUNCATED, FITS_INVALID when the first header cannot be read.
 */
export async function walkHdus(source: ByteSource): Promise<Hdu[]> {
  const hdus: Hdu[] = []
  for (let offset = 0; offset === 0 || (await beginsExtension(source, offset)); ) {
    if (hdus.length >= MAX_HDUS) throw unsupported(`the file has more than ${MAX_HDUS} HDUs; split it`, { offset })
    const hdu = await readHdu(source, hdus.length, offset)
    hdus.push(hdu)
    if (hdu.error) break
    offset = hdu.dataOffset + Math.ceil(hdu.dataLength / BLOCK_LENGTH) * BLOCK_LENGTH
  }
  return hdus
}

async function beginsExtension(source: ByteSource, offset: number): Promise<boolean> {
  if (offset + 10 > source.size) return false
  const start = Buffer.alloc(10)
  await source.read(offset, start)
  return /^XTENSION=/.test(start.toString('latin1'))
}

async function readHdu(source: ByteSource, index: number, offset: number): Promise<Hdu> {
  let at: HeaderAt
  try {
    at = await readHeader(source, offset)
    return makeHdu(source, index, offset, at)
  } catch (error) {
    if (index === 0 || !isFitsError(error)) throw error
    at ??= { header: new Header(), end: source.size }
    return brokenHdu(source, index, offset, at, error)
  }
}

function makeHdu(source: ByteSource, index: number, headerOffset: number, { header, end }: HeaderAt): Hdu {
  const { kind, bitpix, axes, dataLength } = layoutOf(header)
  const place = { source, index, kind, storedHeader: header, headerOffset, dataOffset: end, dataLength }
  const error = end + dataLength > source.size ? cutError(source, end, dataLength) : undefined
  const shape = [...axes].reverse()
  const parts: HduParts = { ...place, bitpix, shape, ...(error ? { error } : {}) }
  if (kind === 'primary' || kind === 'image') return new PlainImage(parts)
  if (kind === 'bintable') return new BinaryTable(parts)
  if (kind === 'table') return new AsciiTable(parts)
  if (kind !== 'compressed-image') return new Hdu(parts)
  return new CompressedImage({
    ...parts,
    bitpix: requireBitpix(header, 'ZBITPIX'),
    shape: requireAxes(header, 'ZNAXIS').reverse(),
  })
}

function cutError(source: ByteSource, offset: number, length: number): FitsError {
  const there = Math.max(0, source.size - offset)
  const message = `the file is cut: ${length} bytes of data should follow byte ${offset}, and ${there} do; fetch it again`
  return truncated(message, { offset: source.size })
}

/** An HDU of which nothing can be read but what its header may say of itself. */
function brokenHdu(source: ByteSource, index: number, headerOffset: number, at: HeaderAt, error: FitsError): Hdu {
  const kind = at.header.length === 0 ? 'other' : kindOf(at.header)
  return new Hdu({
    source,
    index,
    kind,
    storedHeader: at.header,
    bitpix: 8,
    shape: [],
    headerOffset,
    dataOffset: at.end,
    dataLength: 0,
    error,
  })
}
