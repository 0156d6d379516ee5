import type { Memory, Progress } from '@datalab/core'
import { bandsOfRows, type Frame, samplesFor } from './frame.js'
import type { Samples } from './samples.js'

/** All values of a frame, in memory that a run has taken for them. */
export interface LoadedFrame {
  /** Row after row; the caller's to change. */
  readonly data: Samples
  /** Gives the memory back; twice is the same as once. */
  release(): void
}

/** What an operation has of its run for reading a frame. */
export interface LoadFrameOptions {
  readonly memory: Memory
  /** The share of the run's progress that reading is. */
  readonly progress: Progress
}

/**
 * Reads all values of a frame, for operations that need them several times.
 *
 * @returns undefined where the run's memory has no room for them: read bands of rows, each time, then
 * @throws as `Frame.readRows`; DATALAB_ABORTED between two bands.
 * @example
 * const loaded = await loadFrame(frame, { memory: this.memory, progress: this.progress })
 * const median = loaded ? medianOf(loaded.data) : await medianOfBands(frame)
 */
export async function loadFrame(
  frame: Frame,
  { memory, progress }: LoadFrameOptions,
): Promise<LoadedFrame | undefined> {
  const { width, height, sampleType } = frame
  const { BYTES_PER_ELEMENT } = sampleType === 'float32' ? Float32Array : Float64Array
  const loan = memory.take(width * height * BYTES_PER_ELEMENT)
  if (loan === undefined) return undefined
  const data = samplesFor(frame, [frame])
  try {
    await progress.map(bandsOfRows(frame, 1), ({ from, to }) =>
      frame.readRows(from, to, data.subarray(from * width, to * width)),
    )
  } catch (error) {
    loan.release()
    throw error
  }
  return { data, release: () => loan.release() }
}
