import { CompressedImageTable } from './compressed-image-table.js'
import type { Fits } from './fits.js'
import { gridToWrite } from './grid-to-write.js'
import type { Hdu } from './hdu.js'
import type { Header } from './header.js'
import { tilesOfBand } from './pixel-bands.js'
import { PlainImage } from './plain-image.js'
import { allocateStored } from './samples.js'
import { SpillBuffer } from './spill-buffer.js'
import { type Pieces, storedPieces } from './stored-pieces.js'
import { storedRows } from './stored-rows.js'
import { isCompressionCard } from './strip-header.js'
import { type ImageCompression, type TileEncoder, tileEncoderFor } from './tile-encoder.js'
import type { UnpackOptions } from './unpack-fits.js'

/** Bytes of compressed tiles that are held in memory: their table has to come first. */
const MEMORY_BYTES = 32 * 1024 * 1024

/** How to pack. */
export interface PackOptions extends UnpackOptions {
  /** `lossless` by default. */
  readonly compression?: Exclude<ImageCompression, 'none'>
}

/**
 * The file with its images compressed tile by tile, as fpack does, in pieces of about a megabyte; each is the caller's.
 *
 * Images keep their headers, and scaled pixels stay as they are stored. One in the primary HDU goes to an extension behind an empty one.
 * Compressed HDUs have checksums. All else stays as it is, byte for byte: tables, what is compressed already, and what cfitsio and
 * astropy do not read from tiles: 64-bit integers, and images of more than six axes.
 *
 * @throws TypeError for a compression that is none; the errors of HDUs that are cut or malformed, when their pieces are taken.
 * @example for await (const piece of packFits(fits, { compression: { quantize: 4 } })) await handle.write(piece)
 */
export async function* packFits(fits: Fits, options: PackOptions = {}): Pieces {
  for (const hdu of fits.hdus) {
    if (hdu.error) throw hdu.error
    const encoder = encoderOf(hdu, options.compression ?? 'lossless')
    if (encoder) yield* packedPieces(hdu as PlainImage, encoder, options)
    else yield* storedPieces(hdu, options)
  }
}

function encoderOf(hdu: Hdu, compression: ImageCompression): TileEncoder | undefined {
  if (!(hdu instanceof PlainImage && hdu.hasData)) return undefined
  return tileEncoderFor(allocateStored(hdu.bitpix, 0), hdu.shape, compression)
}

async function* packedPieces(image: PlainImage, encoder: TileEncoder, options: PackOptions): Pieces {
  const { temporaryFolder: folder } = options
  const spill = new SpillBuffer({ memoryBytes: MEMORY_BYTES, ...(folder && { folder }) })
  try {
    const grid = gridToWrite(image.shape)
    const table = new CompressedImageTable(encoder, grid, true)
    for await (const band of storedRows(image, grid.tile[1] ?? 1, options)) {
      for (const { pixels, rowLength } of tilesOfBand(band, grid)) {
        await spill.append(table.add(encoder.encode(pixels, rowLength)))
      }
    }
    // The first of them is an empty primary HDU.
    yield* table.start(headerToKeep(image.header)).slice(image.index === 0 ? 0 : 1)
    yield* spill.drain()
    const padding = table.end()
    if (padding.length > 0) yield padding
  } finally {
    await spill.close()
  }
}

/** Without what would say something of the table that the image comes to lie in. */
function headerToKeep(header: Header): Header {
  return header.filter((card) => card.isCommentary || !isCompressionCard(card))
}
