import { closeSync, openSync } from 'node:fs'
import type { BandFrame, CombineBandsOptions } from './combine-options.js'
import type { OpenedFrame } from './row-readers.js'
import type { StoredFrame } from './stored-frame.js'

/** A frame that says where it is stored. */
export type StoredBandFrame = BandFrame & { readonly stored: StoredFrame }

/** Whether threads can read all of these frames by themselves. */
export function areStored(
  frames: readonly BandFrame[],
  { type = 'float32', isBigEndian = false }: CombineBandsOptions,
): frames is readonly StoredBandFrame[] {
  return (
    (type === 'float32' || type === 'float64') && !isBigEndian && frames.every(({ stored }) => stored !== undefined)
  )
}

/** Files that are open at once: several combinations may share a process, which has a thousand in all. */
const MOST_FILES = 128

/**
 * Opens the frames' files, each once, for all threads of the process: descriptors are the process's. Of very many, all but the first are opened and
 * closed for each reading.
 *
 * @returns undefined where one cannot be opened.
 */
export function openFrames(frames: readonly StoredBandFrame[]): { opened: OpenedFrame[]; close(): void } | undefined {
  const files = new Map<string, number>()
  const close = () => {
    for (const fd of files.values()) closeSync(fd)
    files.clear()
  }
  try {
    const opened = frames.map(({ stored: { path, pixels } }) => {
      const known = files.get(path)
      if (known === undefined && files.size >= MOST_FILES) return { file: path, pixels }
      const file = known ?? openSync(path, 'r')
      files.set(path, file)
      return { file, pixels }
    })
    return { opened, close }
  } catch {
    close()
    return undefined
  }
}
