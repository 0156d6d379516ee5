import type { ByteSource } from './byte-source.js'
import { encodePadding } from './encode-padding.js'
import { encodeSamples } from './encode-samples.js'
import type { FrameSize } from './frame.js'
import type { ImageHdu } from './image-hdu.js'
import { imageHeader } from './image-header.js'
import { openFits } from './open-fits.js'
import { type Preview, renderPreview } from './preview.js'
import type { Samples } from './samples.js'
import { SpillBuffer } from './spill-buffer.js'

/** Where pixels are kept. */
export interface KeepOptions {
  /** The most that is kept in memory, in bytes; an image that is larger is kept in a file. */
  readonly memoryBytes: number
  /** Names the folder for that file, which has no name itself. */
  readonly temporaryFolder: () => string
  readonly signal: AbortSignal
}

/** Bytes of a file that are in memory all the same. */
const SPILL_BYTES = 2 ** 20

/**
 * Keeps the pixels of an image that are on their way to somewhere else, to make its previews of them: nothing is read again that was written.
 */
export class KeptPixels {
  readonly #size: FrameSize
  readonly #options: KeepOptions
  #values: Samples | undefined
  #file: SpillBuffer | undefined
  #done = 0
  #end: (failure?: Error) => void = () => {}
  readonly #complete = new Promise<void>((resolve, reject) => {
    this.#end = (failure) => (failure === undefined ? resolve() : reject(failure))
  })

  constructor({ width, height }: FrameSize, options: KeepOptions) {
    this.#size = { width, height }
    this.#options = options
    // Whoever waits for it hears of it.
    this.#complete.catch(() => {})
  }

  /** The same parts, each of which is kept when it is taken. */
  async *keep(parts: AsyncIterable<Samples>): AsyncGenerator<Samples, void> {
    try {
      for await (const part of parts) {
        await this.#take(part)
        yield part
      }
      await this.#file?.append(encodePadding(this.#file.length))
      this.#end()
    } finally {
      this.#end(new Error('its pixels were not all taken'))
    }
  }

  /** The previews of the image, as soon as all its pixels are there. */
  async preview(): Promise<Preview> {
    await this.#complete
    if (this.#values !== undefined) return renderPreview({ ...this.#size, data: this.#values })
    const fits = await openFits(sourceOf(this.#file!))
    return renderPreview(fits.hdus[0] as ImageHdu, { signal: this.#options.signal })
  }

  async close(): Promise<void> {
    await this.#file?.close()
  }

  async #take(part: Samples): Promise<void> {
    const { width, height } = this.#size
    // Too many are refused by whoever writes them.
    if (this.#done + part.length > width * height) return
    if (this.#values === undefined && this.#file === undefined) await this.#start(part)
    this.#values?.set(part, this.#done)
    await this.#file?.append(encodeSamples(part))
    this.#done += part.length
  }

  async #start(first: Samples): Promise<void> {
    const { width, height } = this.#size
    const { memoryBytes, temporaryFolder } = this.#options
    if (width * height * first.BYTES_PER_ELEMENT <= memoryBytes) {
      this.#values = first instanceof Float32Array ? new Float32Array(width * height) : new Float64Array(width * height)
      return
    }
    this.#file = new SpillBuffer({ memoryBytes: SPILL_BYTES, folder: temporaryFolder })
    await this.#file.append(imageHeader({ data: first, shape: [height, width], header: undefined }).format())
  }
}

function sourceOf(file: SpillBuffer): ByteSource {
  return {
    size: file.length,
    identity: '',
    async read(offset, into) {
      const length = Math.min(into.length, file.length - offset)
      await file.read(offset, into.subarray(0, length))
      return length
    },
    close: async () => {},
  }
}
