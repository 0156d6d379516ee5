import { decodeSamples } from './decode-samples.js'
import { ImageHdu, type PixelRequest } from './image-hdu.js'
import { CHUNK_BYTES, readExactly } from './read-bytes.js'
import type { StoredPixels } from './samples.js'
import { NO_SCALE } from './scale.js'
import { runsOf, wholeSection } from './section.js'

/** An image whose pixels lie in the file as they are (FITS 4.0, sections 4.4.1 and 7.1). */
export class PlainImage extends ImageHdu {
  protected override async decodeSection({ section, into, scale = NO_SCALE, signal }: PixelRequest): Promise<void> {
    const pixelBytes = Math.abs(this.bitpix) / 8
    const chunk = CHUNK_BYTES / pixelBytes
    const isDirect = into.BYTES_PER_ELEMENT === pixelBytes
    const buffer = isDirect ? undefined : new Uint8Array(Math.min(chunk, into.length) * pixelBytes)
    let done = 0
    for (const { at, length } of runsOf(section, wholeSection(this.axes))) {
      for (const end = done + length; done < end; ) {
        signal?.throwIfAborted()
        const part = into.subarray(done, Math.min(done + chunk, end))
        const bytes = buffer?.subarray(0, part.length * pixelBytes) ?? bytesOf(part)
        const place = at + length - (end - done)
        await readExactly(this.source, this.dataOffset + place * pixelBytes, bytes)
        decodeSamples(bytes, this.bitpix, scale, part)
        done += part.length
      }
    }
  }
}

function bytesOf(pixels: StoredPixels): Uint8Array {
  return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength)
}
