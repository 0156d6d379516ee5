import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'

/** Bytes in pieces, one after another. */
type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/**
 * Writes a file of these pieces, which appears under its name only when it is complete; one that is there is replaced.
 *
 * On failure nothing is left behind.
 */
export async function writePieces(path: string, pieces: Pieces, signal: AbortSignal | undefined): Promise<void> {
  const temporary = `${path}.${randomUUID()}.part`
  try {
    await writeAll(temporary, pieces, signal)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function writeAll(path: string, pieces: Pieces, signal: AbortSignal | undefined): Promise<void> {
  const handle = await open(path, 'wx')
  try {
    for await (const piece of pieces) {
      signal?.throwIfAborted()
      await handle.writeFile(piece)
    }
  } finally {
    await handle.close()
  }
}
