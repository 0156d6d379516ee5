import type { Frame } from './frame.js'
import { Header } from './header.js'

const NO_CARDS = new Header()

/**
 * The same image without its header and its catalogue, which take far more memory than all the rest: for operations on hundreds of images. Its file
 * is opened again when rows are asked for, and `close` closes it until they are asked for again; threads read it by themselves.
 *
 * @param frame is the caller's to close
 * @param open opens it again
 * @example
 * const frame = await images.open(file)
 * header.add(frame)
 * await frame.close()
 * frames.push(restingFrame(frame, () => images.open(file)))
 */
export function restingFrame(frame: Frame, open: () => Promise<Frame>): Frame {
  const { width, height, label, sampleType, stored } = frame
  let opened: Promise<Frame> | undefined
  const awake = () => {
    opened ??= open()
    return opened
  }
  const close = async () => {
    const last = opened
    opened = undefined
    // One that could not be opened was told of by who wanted its rows.
    await (await last?.catch(() => undefined))?.close()
  }
  return {
    ...{ width, height, label, sampleType, stored, header: NO_CARDS, close },
    readRows: async (from, to, into) => (await awake()).readRows(from, to, into),
  }
}
