import { type Frame, Header } from '@datalab/fits'

const NO_CARDS = new Header()

/**
 * The same image without its header and its catalogue, which take far more memory than all the rest: its file is closed, and opened again when rows are
 * asked for. One that threads cannot read by themselves stays as it is, since its rows will be.
 *
 * @param open opens it again
 */
export async function closedFrame(frame: Frame, open: () => Promise<Frame>): Promise<Frame> {
  const { width, height, label, sampleType, stored } = frame
  if (stored === undefined) return frame
  await frame.close()
  let again: Promise<Frame> | undefined
  const opened = () => {
    again ??= open()
    return again
  }
  return {
    ...{ width, height, label, sampleType, stored, header: NO_CARDS },
    readRows: async (from, to, into) => (await opened()).readRows(from, to, into),
    close: async () => (await again)?.close(),
  }
}
