import type { PlainPixels } from '@datalab/pixels'
import { decodeSamples } from './decode-samples.js'
import { ImageHdu, type PixelRequest } from './image-hdu.js'
import { type JoinedRuns, joinedRuns } from './joined-runs.js'
import { CHUNK_BYTES, readExactly } from './read-bytes.js'
import type { StoredPixels } from './samples.js'
import { NO_SCALE, type Scale } from './scale.js'
import { type PixelRun, runsOf, wholeSection } from './section.js'

/** One reading: how stored values become physical ones, and memory for their bytes. */
interface Reading {
  readonly scale: Scale
  readonly signal: AbortSignal | undefined
  bytes: Uint8Array
}

/** An image whose pixels lie in the file as they are (FITS 4.0, sections 4.4.1 and 7.1). */
export class PlainImage extends ImageHdu {
  protected override async decodeSection({ section, into, scale = NO_SCALE, signal }: PixelRequest): Promise<void> {
    const pixelBytes = this.#pixelBytes
    const limits = { gap: Math.floor(this.source.gap / pixelBytes), most: CHUNK_BYTES / pixelBytes }
    const reading: Reading = { scale, signal, bytes: new Uint8Array(0) }
    let done = 0
    for (const runs of joinedRuns(runsOf(section, wholeSection(this.axes)), limits)) {
      const { places, length } = runs
      const part = into.subarray(done, done + places.length * length)
      if (places.length === 1) await this.#readRun(reading, { at: places[0]!, length }, part)
      else await this.#readJoined(reading, runs, part)
      done += part.length
    }
  }

  protected override layout(): PlainPixels {
    return { kind: 'plain', offset: this.dataOffset, bitpix: this.bitpix, scale: this.scale }
  }

  get #pixelBytes(): number {
    return Math.abs(this.bitpix) / 8
  }

  /** Reads a run, a piece at a time. */
  async #readRun(reading: Reading, { at, length }: PixelRun, into: StoredPixels): Promise<void> {
    const pixelBytes = this.#pixelBytes
    const isDirect = into.BYTES_PER_ELEMENT === pixelBytes
    const chunk = CHUNK_BYTES / pixelBytes
    for (let done = 0; done < length; done += chunk) {
      reading.signal?.throwIfAborted()
      const part = into.subarray(done, done + chunk)
      const bytes = isDirect ? bytesOf(part) : memoryOf(reading, part.length * pixelBytes)
      await readExactly(this.source, this.dataOffset + (at + done) * pixelBytes, bytes)
      decodeSamples(bytes, this.bitpix, reading.scale, part)
    }
  }

  /** Reads several runs at once, and what lies between them. */
  async #readJoined(reading: Reading, { places, length }: JoinedRuns, into: StoredPixels): Promise<void> {
    reading.signal?.throwIfAborted()
    const pixelBytes = this.#pixelBytes
    const runBytes = length * pixelBytes
    const first = places[0]!
    const bytes = memoryOf(reading, (places.at(-1)! - first) * pixelBytes + runBytes)
    await readExactly(this.source, this.dataOffset + first * pixelBytes, bytes)
    for (const [i, place] of places.entries()) {
      const start = (place - first) * pixelBytes
      bytes.copyWithin(i * runBytes, start, start + runBytes)
    }
    decodeSamples(bytes.subarray(0, into.length * pixelBytes), this.bitpix, reading.scale, into)
  }
}

/** The reading's memory, made larger where it is too small. */
function memoryOf(reading: Reading, length: number): Uint8Array {
  if (reading.bytes.length < length) reading.bytes = new Uint8Array(length)
  return reading.bytes.subarray(0, length)
}

function bytesOf(pixels: StoredPixels): Uint8Array {
  return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength)
}
