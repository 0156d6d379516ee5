import type { ByteSource } from './byte-source.js'
import { wrongArgument } from './errors.js'
import { showValue } from './show-value.js'

/**
 * A source of somebody else's, held to its word: where a reading comes short of the end, the rest is asked for.
 *
 * @throws FITS_ARGUMENT when its size is none; its readings throw it when they resolve to what is no number of bytes.
 */
export function checkedSource(source: ByteSource): ByteSource {
  const { size } = source
  if (!Number.isSafeInteger(size) || size < 0) {
    throw wrongArgument(`the size of the ByteSource is ${size}, but must be its number of bytes`)
  }
  return {
    size,
    identity: source.identity,
    read: (offset, into) => readWhole(source, offset, into),
    close: () => source.close(),
  }
}

async function readWhole(source: ByteSource, offset: number, into: Uint8Array): Promise<number> {
  let done = 0
  while (done < into.length) {
    const part = done === 0 ? into : into.subarray(done)
    const read = await source.read(offset + done, part)
    if (!Number.isInteger(read) || read < 0 || read > part.length) {
      throw wrongArgument(
        `read of the ByteSource gave ${showValue(read)} for ${part.length} bytes, but must give how many it read`,
      )
    }
    done += read
    if (read === 0 || offset + done >= source.size) break
  }
  return done
}
