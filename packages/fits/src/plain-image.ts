import { decodeSamples } from './decode-samples.js'
import { ImageHdu, type RowRange } from './image-hdu.js'
import { CHUNK_BYTES, readExactly } from './read-bytes.js'
import type { Samples } from './samples.js'

/** An image whose pixels lie in the file as they are (FITS 4.0, sections 4.4.1 and 7.1). */
export class PlainImage extends ImageHdu {
  protected override async decodeRows({ first, into, signal }: RowRange): Promise<void> {
    const pixelBytes = Math.abs(this.bitpix) / 8
    const chunk = CHUNK_BYTES / pixelBytes
    const start = this.dataOffset + first * this.width * pixelBytes
    const buffer = this.#isStoredType() ? undefined : new Uint8Array(Math.min(chunk, into.length) * pixelBytes)
    for (let done = 0; done < into.length; done += chunk) {
      signal?.throwIfAborted()
      const part = into.subarray(done, Math.min(done + chunk, into.length))
      const bytes = buffer?.subarray(0, part.length * pixelBytes) ?? bytesOf(part)
      await readExactly(this.source, start + done * pixelBytes, bytes)
      decodeSamples(bytes, this.bitpix, this.scale, part)
    }
  }

  /** Whether pixels are read straight into the samples' memory. */
  #isStoredType(): boolean {
    return this.bitpix < 0 || this.bitpix === 64
  }
}

function bytesOf(samples: Samples): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
}
