import { closeSync, readFileSync } from 'node:fs'
import type { BandFrame, CombineBandsOptions } from './combine-options.js'
import { type OpenedFrame, openToRead } from './row-readers.js'
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

/** Files that are open at once where the system does not tell how many there may be: several combinations may share a process. */
const MOST_FILES = 128
const SHARE_OF_FILES = 1 / 8

/** So few are open whatever it tells. */
const FEW_FILES = 8

/** How many of so many files may be open at once: a part of what the process may have, where the system tells. */
function mostFiles(wanted: number): number {
  if (wanted <= FEW_FILES) return wanted
  try {
    const limit = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]
    return limit === undefined ? MOST_FILES : Math.max(FEW_FILES, Math.floor(Number(limit) * SHARE_OF_FILES))
  } catch {
    return MOST_FILES
  }
}

/**
 * Opens the frames' files, each once, for all threads of the process: descriptors are the process's. Of very many, all but the first are opened and
 * closed for each reading.
 *
 * @param most how many are open at once
 * @returns undefined where one cannot be opened.
 */
export function openFrames(
  frames: readonly StoredBandFrame[],
  most = mostFiles(frames.length),
): { opened: OpenedFrame[]; close(): void } | undefined {
  const files = new Map<string, number>()
  const close = () => {
    for (const fd of files.values()) closeSync(fd)
    files.clear()
  }
  try {
    const opened = frames.map(({ stored: { path, pixels } }) => {
      const known = files.get(path)
      if (known === undefined && files.size >= most) return { file: path, pixels }
      const file = known ?? openToRead(path)
      files.set(path, file)
      return { file, pixels }
    })
    return { opened, close }
  } catch {
    close()
    return undefined
  }
}
