import type { FitsFile, OutputFile, Progress } from '@datalab/core'
import type { Frame, FrameSize } from './frame.js'
import type { Images } from './images.js'

/** Images that are worked on at once, and their pixels: of small ones many, of which each waits for the disk for longer than it is worked on. */
const MOST = 8
const MOST_PIXELS = 2 ** 25

/** What an operation does with each of its images. */
export interface EachFrameOptions {
  readonly images: Pick<Images, 'open'>
  readonly files: readonly FitsFile[]
  readonly progress: Progress
  /** Makes an output of an image, which is closed afterwards. */
  readonly save: (frame: Frame, index: number, progress: Progress) => Promise<OutputFile>
  /** Gets the outputs that there are whenever there is one more, in the order of the images. */
  readonly onSaved: (outputs: readonly OutputFile[]) => Promise<void>
}

/**
 * Makes an output of each image, for operations that take them one by one. While one is written, the next is read: two at once, or as many
 * more as are small, and one where it is large.
 *
 * @returns the outputs in the order of the images
 * @throws what `Images.open` and `save` throw first, when no image is worked on any more; DATALAB_ABORTED between two images.
 */
export async function eachFrame({ images, files, progress, save, onSaved }: EachFrameOptions): Promise<OutputFile[]> {
  const turns = new Turns()
  const outputs: OutputFile[] = []
  const work = async (file: FitsFile, index: number, share: Progress) => {
    const frame = await images.open(file)
    try {
      outputs[index] = await turns.during(frame, () => save(frame, index, share))
      // Those that are not there yet have no place in it.
      await onSaved(Object.values(outputs))
    } finally {
      await frame.close()
    }
  }
  await progress.map(files, work, { atOnce: MOST })
  return outputs
}

/** Lets so many images be worked on at once, in the order in which they came. */
class Turns {
  readonly #waiting: { readonly pixels: number; readonly begin: () => void }[] = []
  #pixels = 0

  async during<Result>({ width, height }: FrameSize, work: () => Promise<Result>): Promise<Result> {
    const pixels = width * height
    await this.#begin(pixels)
    try {
      return await work()
    } finally {
      this.#end(pixels)
    }
  }

  async #begin(pixels: number): Promise<void> {
    if (this.#waiting.length === 0 && this.#fits(pixels)) this.#pixels += pixels
    else await new Promise<void>((begin) => this.#waiting.push({ pixels, begin }))
  }

  #end(pixels: number): void {
    this.#pixels -= pixels
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.pixels); next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#pixels += next.pixels
      next.begin()
    }
  }

  #fits(pixels: number): boolean {
    return this.#pixels === 0 || this.#pixels + pixels <= MOST_PIXELS
  }
}
