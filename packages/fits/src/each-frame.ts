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
    // An open file may take memory: none is opened before the one before has its turn.
    const frame = await turns.next(() => images.open(file))
    try {
      outputs[index] = await save(frame, index, share)
      turns.end(frame)
      // Those that are not there yet have no place in it.
      await onSaved(Object.values(outputs))
    } finally {
      turns.end(frame)
      await frame.close()
    }
  }
  await progress.map(files, work, { atOnce: MOST })
  return outputs
}

/** Lets so many images be worked on at once, in the order in which they came. */
class Turns {
  readonly #frames = new Set<FrameSize>()
  #last: Promise<unknown> = Promise.resolve()
  #wake = () => {}

  /** An image, once it is its turn. */
  next<Image extends FrameSize>(open: () => Promise<Image>): Promise<Image> {
    const turn = this.#last.then(async () => {
      const frame = await open()
      while (!this.#hasRoomFor(frame))
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      this.#frames.add(frame)
      return frame
    })
    this.#last = turn.catch(() => {})
    return turn
  }

  /** An image is done with; twice is the same as once. */
  end(frame: FrameSize): void {
    this.#frames.delete(frame)
    this.#wake()
  }

  #hasRoomFor({ width, height }: FrameSize): boolean {
    const taken = [...this.#frames].reduce((sum, frame) => sum + frame.width * frame.height, 0)
    return taken === 0 || taken + width * height <= MOST_PIXELS
  }
}
