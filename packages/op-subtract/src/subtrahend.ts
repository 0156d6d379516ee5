import type { Memory, Progress } from '@datalab/core'
import { bandsOfRows, type Frame, type Samples } from '@datalab/fits'
import { type LoadedFrame, loadFrame } from '@datalab/fits/images'

/** It is looked for a value in bands as small as those of so many images together are elsewhere. */
const LOOK_SHARE = 8

/** How an image is made ready to be subtracted. */
export interface SubtrahendOptions {
  /** The name of its file. */
  readonly name: string
  /** From how many images it is subtracted. */
  readonly times: number
  readonly memory: Memory
  readonly progress: Progress
}

/** The image that is subtracted from others, again and again. */
export class Subtrahend {
  private constructor(
    /** Its pixels, which are only read. */
    readonly frame: Frame,
    readonly name: string,
    private readonly loaded?: LoadedFrame,
  ) {}

  /**
   * Looks at an image. One whose pixels lie in a file as they are is read again each time, as fast as from memory, and one that is subtracted
   * once is read then; of any other the values are kept, as far as there is memory.
   *
   * @returns undefined where it has no value at all
   */
  static async of(frame: Frame, options: SubtrahendOptions): Promise<Subtrahend | undefined> {
    const { name, times, memory, progress } = options
    if (times === 1 || frame.stored?.pixels.kind === 'plain') {
      const subtrahend = (await hasValues(frame, progress)) ? new Subtrahend(frame, name) : undefined
      await progress.report(1)
      return subtrahend
    }
    const loaded = await loadFrame(frame, { memory, progress })
    if (loaded === undefined) return (await hasValues(frame, progress)) ? new Subtrahend(frame, name) : undefined
    return loaded.data.every(Number.isNaN) ? undefined : new Subtrahend(inMemory(frame, loaded.data), name, loaded)
  }

  async close(): Promise<void> {
    this.loaded?.release()
    await this.frame.close()
  }
}

/** Whether there is a value that is not NaN: in most images the first is. */
async function hasValues(frame: Frame, progress: Progress): Promise<boolean> {
  for (const { from, to } of bandsOfRows(frame, LOOK_SHARE)) {
    const values = await frame.readRows(from, to)
    if (!values.every(Number.isNaN)) return true
    await progress.report(to / frame.height)
  }
  return false
}

/** The same frame, of which the values are here. */
function inMemory(frame: Frame, data: Samples): Frame {
  const { width, height, label, header, sampleType, catalogue } = frame
  const readRows = async (from: number, to: number, into?: Samples) => {
    const rows = data.subarray(from * width, to * width)
    if (into === undefined) return rows.slice()
    into.set(rows)
    return into.subarray(0, rows.length)
  }
  return { width, height, label, header, sampleType, catalogue, readRows, close: () => frame.close() }
}
