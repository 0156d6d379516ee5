import type { FitsFile, Progress } from '@datalab/core'
import type { Frame } from './frame.js'
import type { Images } from './images.js'

/** Images that are opened at once: while one header is waited for, others are read. */
const AT_ONCE = 4

/** What an operation opens, and what it takes of it. */
export interface OpenFramesOptions<Taken> {
  readonly images: Pick<Images, 'open'>
  readonly files: readonly FitsFile[]
  /** The share of the run's progress that opening is. */
  readonly progress: Progress
  /** Gets each image, in the order of the files. */
  readonly take: (frame: Frame, file: FitsFile) => Promise<Taken> | Taken
}

/**
 * Opens images for operations that need all of them, several at once.
 *
 * @returns what was taken of each, in the order of the files
 * @throws what `Images.open` throws for the first file that cannot be opened, and what `take` throws, when none is being opened any more;
 * DATALAB_ABORTED between two images.
 * @example const frames = await openFrames({ images, files: input_files, progress, take: (frame) => frame })
 */
export function openFrames<Taken>({ images, files, progress, take }: OpenFramesOptions<Taken>): Promise<Taken[]> {
  let before: Promise<unknown> = Promise.resolve()
  const open = (file: FitsFile) => {
    const opening = images.open(file)
    // It is heard of in its turn.
    opening.catch(() => {})
    const turn = before.then(() => opening)
    before = turn
    return turn.then((frame) => take(frame, file))
  }
  return progress.map(files, open, { atOnce: AT_ONCE })
}
