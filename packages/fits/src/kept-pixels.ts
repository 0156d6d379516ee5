import { setImmediate } from 'node:timers/promises'
import type { ByteSource } from './byte-source.js'
import { encodePadding } from './encode-padding.js'
import { encodeSamples } from './encode-samples.js'
import { bandsOfRows, type FrameSize } from './frame.js'
import { ImageHdu } from './image-hdu.js'
import { encodeImageHeader } from './image-header.js'
import { openFits } from './open-fits.js'
import { checkedPixels } from './pixel-bands.js'
import { allocateSamples, type Samples, type SampleType } from './samples.js'
import { SpillBuffer } from './spill-buffer.js'

/** Where pixels are kept. */
export interface KeepOptions {
  /** Whether so many bytes may be kept in memory; else they are kept in a file. */
  readonly mayTake: (bytes: number) => boolean
  /** Names the folder for that file, which has no name itself. */
  readonly temporaryFolder: () => string
}

/** Pixels that are used more than once. */
export interface KeptPixels {
  /** What previews are made of: all values, or an image that is read part by part. */
  readonly picture: (FrameSize & { readonly data: Samples }) | ImageHdu
  /** All of them, row after row, part by part. A part is used up before the next is asked for. */
  parts(): AsyncGenerator<Samples, void>
  /** Releases them. */
  close(): Promise<void>
}

/** Bytes of a file that are in memory all the same. */
const SPILL_BYTES = 2 ** 20

/** Pixels between which the process may do something else. */
const PART_PIXELS = 2 ** 18

/** All pixels in an array, which is used where it is. */
export function keptInMemory({ width, height }: FrameSize, data: Samples): KeptPixels {
  async function* parts(): AsyncGenerator<Samples, void> {
    for (let at = 0; at < data.length; at += PART_PIXELS) {
      yield data.subarray(at, at + PART_PIXELS)
      await setImmediate()
    }
  }
  return { picture: { width, height, data }, parts, close: async () => {} }
}

/**
 * Takes all pixels of an image, and keeps them: in memory as far as it goes, else in a file, so that nothing is read again that was written.
 *
 * @throws TypeError when they are not of one type, or more or fewer than the image has.
 */
export async function keepPixels(
  size: FrameSize,
  pixels: AsyncIterable<Samples>,
  { mayTake, temporaryFolder }: KeepOptions,
): Promise<KeptPixels> {
  const keeperOf = ({ width, height }: FrameSize, sample: Samples): PixelKeeper => {
    if (!mayTake(width * height * sample.BYTES_PER_ELEMENT)) return new FileKeeper(size, temporaryFolder)
    return new MemoryKeeper(size, sample instanceof Float32Array ? 'float32' : 'float64')
  }
  let keeper: PixelKeeper | undefined
  try {
    for await (const part of checkedPixels(pixels, [size.height, size.width])) {
      keeper ??= keeperOf(size, part as Samples)
      await keeper.take(part as Samples)
    }
    return await keeper!.end()
  } catch (error) {
    await keeper?.close()
    throw error
  }
}

/** Takes one part after another. */
interface PixelKeeper {
  take(part: Samples): Promise<void>
  end(): Promise<KeptPixels>
  close(): Promise<void>
}

class MemoryKeeper implements PixelKeeper {
  readonly #data: Samples
  #done = 0

  constructor(
    private readonly size: FrameSize,
    type: SampleType,
  ) {
    this.#data = allocateSamples(type, size.width * size.height)
  }

  async take(part: Samples): Promise<void> {
    this.#data.set(part, this.#done)
    this.#done += part.length
  }

  async end(): Promise<KeptPixels> {
    return keptInMemory(this.size, this.#data)
  }

  async close(): Promise<void> {}
}

/** Keeps pixels as a FITS file without a name. */
class FileKeeper implements PixelKeeper {
  readonly #file: SpillBuffer

  constructor(
    private readonly size: FrameSize,
    folder: () => string,
  ) {
    this.#file = new SpillBuffer({ memoryBytes: SPILL_BYTES, folder })
  }

  async take(part: Samples): Promise<void> {
    const { width, height } = this.size
    if (this.#file.length === 0) await this.#file.append(encodeImageHeader({ data: part, shape: [height, width] }))
    await this.#file.append(encodeSamples(part))
  }

  async end(): Promise<KeptPixels> {
    await this.#file.append(encodePadding(this.#file.length))
    const fits = await openFits(sourceOf(this.#file))
    const [hdu] = fits.hdus
    if (!(hdu instanceof ImageHdu)) throw new TypeError('what was kept is no image')
    async function* parts(image: ImageHdu): AsyncGenerator<Samples, void> {
      for (const { from, to } of bandsOfRows(image, 1)) yield await image.readRows(from, to)
    }
    return { picture: hdu, parts: () => parts(hdu), close: () => this.close() }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

function sourceOf(file: SpillBuffer): ByteSource {
  return {
    size: file.length,
    identity: '',
    async read(offset, into) {
      const length = Math.max(0, Math.min(into.length, file.length - offset))
      await file.read(offset, into.subarray(0, length))
      return length
    },
    close: async () => {},
  }
}
