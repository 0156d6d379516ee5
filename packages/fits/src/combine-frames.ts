import type { Memory, Progress } from '@datalab/core'
import { type CombineBandsOptions, combineBands, leastMemory } from '@datalab/pixels'
import { bandFrame } from './band-frame.js'
import { commonSampleType, commonSize, cropFrame, type Frame, type FrameSize } from './frame.js'
import type { Samples } from './samples.js'

/** The most that bands of all frames take, as far as it is there. */
const MEMORY_BYTES = 64 * 2 ** 20

/** As much does for each frame, and for the result; and for each of their pixels, where that is less. */
const FRAME_BYTES = 16 * 2 ** 20
const PIXEL_BYTES = 16

/** How an operation combines frames: its method, as `combineBands` of `@datalab/pixels` takes it, and what it has of its run. */
export interface CombineFramesOptions extends Pick<CombineBandsOptions, 'method' | 'clipping' | 'calculation'> {
  readonly memory: Memory
  readonly signal: AbortSignal
  /** The share of the run's progress that combining is. */
  readonly progress: Progress
  /** Called after the last band for each frame without any value that is not NaN; what it throws is thrown. */
  readonly onEmptyFrame?: (frame: Frame) => void
}

/**
 * Combines frames pixel by pixel, for operations whose image is larger than what they may take of memory: the part of them, from their origin
 * corners, that all have, band by band, from the first row on. It takes what is left of the run's memory while bands are taken, up to 64 MiB,
 * and gives it back; where nothing is left, it does with the least there can be.
 *
 * @returns the values, row after row, as `Images.save` takes them: float32 where all frames are, else float64. A part is not to be kept, as its
 * memory is used again.
 * @throws what the signal was aborted with, what a frame throws when it is read, and what `onEmptyFrame` throws, when parts are taken; TypeError
 * as `combineBands`.
 * @example
 * const data = combineFrames(frames, { method: 'median', memory: this.memory, signal: this.signal, progress: this.progress })
 * return [await images.save({ data, header, ...commonSize(frames) })]
 */
export async function* combineFrames(
  frames: readonly Frame[],
  { memory, progress, onEmptyFrame, ...options }: CombineFramesOptions,
): AsyncGenerator<Samples, void> {
  const { size, type, combined } = commonPart(frames)
  const form = { ...size, type, resultType: type } as const
  const empty = onEmptyFrame && { onEmptyFrame: (index: number) => onEmptyFrame(frames[index] as Frame) }
  const loan = memory.take(wantedBytes(frames.length, size), 0)
  try {
    // A row of all frames has to be there at once, however little is left.
    const memoryBytes = Math.max(leastMemory(frames.length, form), loan?.bytes ?? 0)
    for await (const { rows, values } of combineBands(combined, { ...options, ...form, ...empty, memoryBytes })) {
      yield values
      await progress.report(rows.to / size.height)
    }
  } finally {
    loan?.release()
  }
}

/** Whether threads can read all these frames by themselves when `combineFrames` combines them; else each has to stay open, or be opened again. */
export function areForThreads(frames: readonly Frame[]): boolean {
  return commonPart(frames).combined.every(({ stored }) => stored !== undefined)
}

/** The part of all frames that each of them has, in the type of all. */
function commonPart(frames: readonly Frame[]) {
  const size = commonSize(frames)
  const type = commonSampleType(frames)
  return { size, type, combined: frames.map((frame) => bandFrame(cropFrame(frame, size), type)) }
}

/** What makes bands of so many frames as large as they need be. */
function wantedBytes(frames: number, { width, height }: FrameSize): number {
  return Math.min(MEMORY_BYTES, (frames + 1) * Math.min(FRAME_BYTES, width * height * PIXEL_BYTES))
}
